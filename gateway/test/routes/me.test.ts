// After a change of the password the gateway logs the browser in again. The change stands when this login fails.
import { expect, jest, test } from '@jest/globals';
import { serialize } from 'chassis/http/validators';
import type { Request } from 'express';
import type { RouteContext } from '../../src/routes/context.ts';
import { meRoutes } from '../../src/routes/me.ts';
import { failure } from '../upstream/engine/arrange.ts';

const ME = { id: 7, username: 'user_7', email: 'user_7@secret.example' };

/** Changes the password; the login that follows fails with this error. */
function change(error: Error) {
  const end = jest.fn();
  const context = {
    sessions: { viewerOf: async () => ({ userId: 7, token: 't' }), end, begin: jest.fn() },
    commands: {
      changeMe: async () => ({ ok: ME, headers: {} }),
      logIn: async () => {
        throw error;
      },
    },
    requestDeadlineMs: 1000,
  } as unknown as RouteContext;
  const route = meRoutes(context).find(({ method }) => method === 'patch')!;
  const body = { password: 'a new password', currentPassword: 'an old password' };
  const req = {
    url: '/api/me',
    method: 'PATCH',
    socket: {},
    headers: {},
    body,
  } as unknown as Request;
  return { answer: (async () => route.handle(req, {}))(), end };
}

test('answers that the password is changed and ends the session when the login fails', async () => {
  const { answer, end } = change(failure('timeout'));
  expect(await answer).toMatchObject({ status: 200, body: serialize(ME), cache: 'no-store' });
  expect(end).toHaveBeenCalledTimes(1);
});

test('rethrows a bug of the login', async () => {
  await expect(change(new TypeError('a bug')).answer).rejects.toThrow(TypeError);
});
