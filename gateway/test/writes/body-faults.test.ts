// Bodies that break their schemas: the answer points at each fault, and no upstream gets a request.
import { expect, test } from '@jest/globals';
import { startBodyClient } from '../support/body-routes.ts';
import { CONFIRMATION, CREDENTIALS, NEW_USER } from '../support/credentials.ts';
import { expectProblem } from '../support/expectations.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Method, path, and invalid bodies with the pointers to their faults. */
const ROUTES: readonly [string, string, readonly (readonly [Fields, ...string[]])[]][] = [
  [
    'POST',
    '/api/posts',
    [
      [{}, '/body/content'],
      [{ content: null }, '/body/content'],
      [{ content: 5 }, '/body/content'],
      [{ content: ['Hello.'] }, '/body/content'],
      [{ content: '' }, '/body/content'],
      [{ content: ' \n\t\u00a0' }, '/body/content'],
      [{ content: 'x'.repeat(5001) }, '/body/content'],
      [{ content: 'a\u0000b' }, '/body/content'],
      [{ content: 'half \ud83d' }, '/body/content'],
      [{ content: 'x', authorId: 8 }, '/body/authorId'],
      [{ content: 'x', id: 1 }, '/body/id'],
    ],
  ],
  [
    'PATCH',
    '/api/posts/6',
    [
      [{ content: 7 }, '/body/content'],
      [{ content: 'x', createdAt: 'now' }, '/body/createdAt'],
    ],
  ],
  [
    'PATCH',
    '/api/me',
    [
      [{}, '/body'],
      [{ username: 'ab' }, '/body/username'],
      [{ username: 'x'.repeat(31) }, '/body/username'],
      [{ username: 'sun dog' }, '/body/username'],
      [{ email: 'nobody', ...CONFIRMATION }, '/body/email'],
      [{ email: 'sun@dog.example' }, '/body/currentPassword'],
      [{ password: 'another one' }, '/body/currentPassword'],
      [{ password: '7 chars', ...CONFIRMATION }, '/body/password'],
      [{ ...CONFIRMATION }, '/body'],
      [{ username: 'sun_dog', id: 8 }, '/body/id'],
    ],
  ],
  [
    'DELETE',
    '/api/me',
    [
      [{}, '/body/currentPassword'],
      [{ currentPassword: true }, '/body/currentPassword'],
      [{ ...CONFIRMATION, sure: true }, '/body/sure'],
    ],
  ],
  [
    'POST',
    '/api/auth/register',
    [
      [{}, '/body/username', '/body/email', '/body/password'],
      [{ ...NEW_USER, username: 'a b' }, '/body/username'],
      [{ ...NEW_USER, email: 'a@b' }, '/body/email'],
      [{ ...NEW_USER, email: `${'a'.repeat(250)}@b.example` }, '/body/email'],
      [
        { username: 'a b', email: 'a@b', password: '7 chars' },
        '/body/username',
        '/body/email',
        '/body/password',
      ],
      [{ ...NEW_USER, password: 'x'.repeat(129) }, '/body/password'],
      [{ ...NEW_USER, password: 12345678 }, '/body/password'],
      [{ ...NEW_USER, admin: true }, '/body/admin'],
      [{ ...NEW_USER, 'a/b~c': 1 }, '/body/a~1b~0c'],
    ],
  ],
  [
    'POST',
    '/api/auth/login',
    [
      [{ username: 'user_7' }, '/body/password'],
      [{ ...CREDENTIALS, stayLoggedIn: true }, '/body/stayLoggedIn'],
    ],
  ],
  [
    'POST',
    '/api/auth/token',
    [
      [{}, '/body'],
      [{ username: 'user_7' }, '/body/password'],
      [{ ...CREDENTIALS, refreshToken: 'r' }, '/body'],
      [{ refreshToken: '' }, '/body/refreshToken'],
      [{ refreshToken: 'a b' }, '/body/refreshToken'],
    ],
  ],
];

test.each(ROUTES)(
  '%s %s answers a body that breaks its schema with a 400 that points at each fault and quotes nothing',
  async (method, path, invalidBodies) => {
    const { send, expectNoUpstreamRequests } = await startBodyClient(method, path);
    for (const [json, ...pointers] of invalidBodies) {
      const response = await send({ json });
      expectProblem(response, 400, 'invalid-request', path);
      const { errors } = response.body as { errors: { pointer: string; detail: string }[] };
      expect(errors.map(({ pointer }) => pointer).toSorted()).toEqual([...pointers].toSorted());
      expect(response.text).not.toMatch(/nobody logs|sun@dog|12345678/);
    }
    expectNoUpstreamRequests();
  },
);
