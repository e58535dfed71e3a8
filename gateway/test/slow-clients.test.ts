// What clients cannot make the gateway do again and again, or keep for them.
import { expect, test } from '@jest/globals';
import type { Request } from 'express';
import { docsRoutes } from '../src/routes/docs.ts';

test.each(docsRoutes())('the answer of $path is made once, not for each request', (route) => {
  const req = { url: route.path } as Request;
  expect(route.handle(req)).toBe(route.handle(req));
  expect(route.handle(req)).toMatchObject({ etag: expect.stringMatching(/^"[\w-]{27}"$/) });
});
