// Work that clients cannot make the gateway repeat.
import { expect, test } from '@jest/globals';
import { SerializedBody } from 'chassis/http/validators';
import type { Request } from 'express';
import { docsRoutes } from '../../src/routes/docs.ts';

test.each(docsRoutes())(
  'serializes the body of $path and computes its ETag once',
  async (route) => {
    const bodyOf = async (): Promise<unknown> => {
      const answer = await route.handle({ url: route.path } as Request, {});
      return 'body' in answer ? answer.body : undefined;
    };
    const body = await bodyOf();
    expect(body instanceof SerializedBody).toBe(true);
    // No matcher compares the bodies, because it would print megabytes.
    expect((await bodyOf()) === body).toBe(true);
  },
);
