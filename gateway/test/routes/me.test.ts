// After a new password a browser is logged in again: a failure of that is its own matter, a bug is not.
import { expect, jest, test } from '@jest/globals';
import type { Request } from 'express';
import type { RouteContext } from '../../src/routes/context.ts';
import { meRoutes } from '../../src/routes/me.ts';
import { failure } from '../upstream/engine/arrange.ts';

const ME = { id: 7, username: 'user_7', email: 'user_7@secret.example' };

/** Changes the password; the log-in that follows fails so. */
function change(failed: Error) {
  const end = jest.fn();
  const context = {
    sessions: { viewerOf: async () => ({ userId: 7, token: 't' }), end, begin: jest.fn() },
    commands: {
      changeMe: async () => ({ ok: ME, headers: {} }),
      logIn: async () => {
        throw failed;
      },
    },
    requestDeadlineMs: 1000,
  } as unknown as RouteContext;
  const route = meRoutes(context).find(({ method }) => method === 'patch')!;
  const body = { password: 'a new password', currentPassword: 'an old password' };
  const req = { url: '/api/me', method: 'PATCH', headers: {}, body } as unknown as Request;
  return { answer: (async () => route.handle(req, {}))(), end };
}

test('a failure leaves the change done, and the session ended', async () => {
  const { answer, end } = change(failure('timeout'));
  expect(await answer).toEqual({ body: ME, cache: 'no-store' });
  expect(end).toHaveBeenCalledTimes(1);
});

test('a bug is thrown on', async () => {
  await expect(change(new TypeError('a bug')).answer).rejects.toThrow(TypeError);
});
