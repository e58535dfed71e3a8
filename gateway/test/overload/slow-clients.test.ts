// What clients cannot make the gateway do again and again, or keep for them.
import { expect, test } from '@jest/globals';
import { SerializedBody } from 'chassis/http/answer';
import type { Request } from 'express';
import { docsRoutes } from '../../src/routes/docs.ts';

test.each(docsRoutes())('the bytes and the tag of $path are made once', async (route) => {
  const ask = async (): Promise<unknown> => {
    const answer = await route.handle({ url: route.path } as Request, {});
    return 'body' in answer ? answer.body : undefined;
  };
  const body = await ask();
  expect(body instanceof SerializedBody).toBe(true);
  // Compared here, as a matcher would print megabytes.
  expect((await ask()) === body).toBe(true);
});
