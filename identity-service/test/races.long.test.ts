// Concurrent requests to two instances of the service on one database server: each effect happens once.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { describeOnServer, serverDatabase, type TestDatabase } from 'chassis/testing/database';
import { PASSWORD } from 'chassis/testing/users';
import {
  type Identity,
  pointersOf,
  sessionOf,
  withBearer,
  startIdentity,
} from './support/service.ts';

const REQUESTS = 50;

interface Status {
  readonly status: number;
}

/** Sends a request again while the service is too busy for it: on a slow machine, not all passwords are hashed in time. */
async function untilServed<T extends Status>(send: () => Promise<T>): Promise<T> {
  for (;;) {
    const response = await send();
    if (response.status !== 503) return response;
  }
}

const countByStatus = (responses: readonly Status[]): Record<number, number> => {
  const counts: Record<number, number> = {};
  for (const { status } of responses) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
};

describeOnServer('fifty concurrent requests to two instances', () => {
  let database: TestDatabase;
  let instances: Identity[];
  beforeAll(async () => {
    database = await serverDatabase();
    // The limits have a test of their own.
    const env = { LOGIN_PER_ACCOUNT: '10000' };
    instances = await Promise.all([startIdentity(database, env), startIdentity(database, env)]);
  });
  afterAll(async () => {
    await Promise.all(instances.map((each) => each.stop()));
    await database.remove();
  });

  const concurrently = <T extends Status>(work: (identity: Identity, at: number) => Promise<T>) =>
    Promise.all(
      Array.from({ length: REQUESTS }, (_, at) => untilServed(() => work(instances[at % 2]!, at))),
    );

  test('register one name once: one 201, and 49 409s that point at the name', async () => {
    const responses = await concurrently(({ request }, at) =>
      request('/api/users', {
        method: 'POST',
        json: {
          username: at % 3 ? 'wanted_name' : 'Wanted_Name',
          email: `wanted${at}@example.org`,
          password: PASSWORD,
        },
      }),
    );
    expect(countByStatus(responses)).toEqual({ 201: 1, 409: 49 });
    const conflicts = responses.filter(({ status }) => status === 409);
    expect(new Set(conflicts.flatMap(pointersOf))).toEqual(new Set(['/body/username']));
  });

  test('register one e-mail once: one 201, and 49 409s that point at the e-mail', async () => {
    const responses = await concurrently(({ request }, at) =>
      request('/api/users', {
        method: 'POST',
        json: { username: `wanted_${at}`, email: 'wanted@example.org', password: PASSWORD },
      }),
    );
    expect(countByStatus(responses)).toEqual({ 201: 1, 409: 49 });
    const conflicts = responses.filter(({ status }) => status === 409);
    expect(new Set(conflicts.flatMap(pointersOf))).toEqual(new Set(['/body/email']));
  });

  test('rotate one refresh token once: all get the same successor, which is valid', async () => {
    const { refreshToken } = await instances[0]!.register('refresher');
    const responses = await concurrently((identity) => identity.refresh(refreshToken));
    expect(countByStatus(responses)).toEqual({ 200: 50 });
    const successors = new Set(responses.map((response) => sessionOf(response).refreshToken));
    expect(successors.size).toBe(1);
    const [successor] = [...successors];
    expect((await instances[1]!.refresh(successor!)).status).toBe(200);
    // If any request had rotated the token again, this reuse would end the session family.
    expect((await instances[0]!.refresh(successor!)).status).toBe(200);
  });

  test('delete one account once: one 204 and 49 401s', async () => {
    const { bearer } = await instances[0]!.register('deleted');
    const body = { currentPassword: PASSWORD };
    const responses = await concurrently(({ request }) =>
      request('/api/me', { method: 'DELETE', headers: bearer, json: body }),
    );
    expect(countByStatus(responses)).toEqual({ 204: 1, 401: 49 });
  });

  test('log one session out once: one 204 and 49 401s', async () => {
    const { bearer } = await instances[0]!.register('logged_out');
    const responses = await concurrently(({ request }) =>
      request('/api/sessions/current', { method: 'DELETE', headers: bearer }),
    );
    expect(countByStatus(responses)).toEqual({ 204: 1, 401: 49 });
  });

  test('change one password once: one 200 and 49 403s, and the password of the 200 is valid afterwards', async () => {
    const { bearer } = await instances[0]!.register('many_minds');
    const responses = await concurrently(({ request }, at) => {
      const body = { password: `new password ${at}`, currentPassword: PASSWORD };
      return request('/api/me', { method: 'PATCH', headers: bearer, json: body });
    });
    expect(responses.filter(({ status }) => status === 200)).toHaveLength(1);
    const winner = responses.findIndex(({ status }) => status === 200);
    // The session goes on. The others find that the password is wrong, or that it has changed since they checked it.
    expect(countByStatus(responses)[403]).toBe(49);
    expect((await instances[1]!.logIn('many_minds', `new password ${winner}`)).status).toBe(201);
  });

  test('that log in while the password changes leave no session with the old password', async () => {
    const { bearer } = await instances[0]!.register('changeable');
    const body = { password: 'a new password', currentPassword: PASSWORD };
    const change = instances[1]!.request('/api/me', {
      method: 'PATCH',
      headers: bearer,
      json: body,
    });
    const responses = await concurrently((identity) => identity.logIn('changeable'));
    expect((await change).status).toBe(200);
    for (const response of responses.filter(({ status }) => status === 201)) {
      const { bearer: old } = withBearer(sessionOf(response));
      expect((await instances[0]!.request('/api/me', { headers: old })).status).toBe(401);
    }
  });

  test('use one signing key at the first logins of both instances', async () => {
    const sets = await concurrently(({ request }) => request('/.well-known/jwks.json'));
    expect(new Set(sets.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    expect((sets[0]!.body as { keys: unknown[] }).keys).toHaveLength(1);
  });
});

describeOnServer('fifty concurrent logins with wrong passwords at two instances', () => {
  let database: TestDatabase;
  let instances: Identity[];
  beforeAll(async () => {
    database = await serverDatabase();
    instances = await Promise.all([startIdentity(database), startIdentity(database)]);
  });
  afterAll(async () => {
    await Promise.all(instances.map((each) => each.stop()));
    await database.remove();
  });

  test('get a 401 ten times, and then only 429s', async () => {
    await instances[0]!.register('besieged');
    const responses = await Promise.all(
      Array.from({ length: REQUESTS }, (_, at) =>
        untilServed(() => instances[at % 2]!.logIn('besieged', `guess number ${at}`)),
      ),
    );
    expect(responses.filter(({ status }) => status === 401)).toHaveLength(10);
    expect(responses.filter(({ status }) => status === 429)).toHaveLength(40);
  });
});
