// Many at once, on a real server, through two instances of the service: each thing happens once.
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

const MANY = 50;

const tally = (answers: readonly { status: number }[]): Record<number, number> => {
  const counts: Record<number, number> = {};
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
};

describeOnServer('fifty at once', () => {
  let place: TestDatabase;
  let instances: Identity[];
  beforeAll(async () => {
    place = await serverDatabase();
    // Limits are looked at in a test of their own.
    const env = { LOGIN_PER_ACCOUNT: '10000' };
    instances = await Promise.all([startIdentity(place, env), startIdentity(place, env)]);
  });
  afterAll(async () => {
    await Promise.all(instances.map((each) => each.stop()));
    await place.remove();
  });

  const atOnce = <T>(work: (identity: Identity, at: number) => Promise<T>): Promise<T[]> =>
    Promise.all(Array.from({ length: MANY }, (_, at) => work(instances[at % 2]!, at)));

  test('registrations of one name are one 201 and 49 409 that name it', async () => {
    const answers = await atOnce(({ request }, at) =>
      request('/api/users', {
        method: 'POST',
        json: {
          username: at % 3 ? 'wanted_name' : 'Wanted_Name',
          email: `wanted${at}@example.org`,
          password: PASSWORD,
        },
      }),
    );
    expect(tally(answers)).toEqual({ 201: 1, 409: 49 });
    const refused = answers.filter(({ status }) => status === 409);
    expect(new Set(refused.flatMap(pointersOf))).toEqual(new Set(['/body/username']));
  });

  test('registrations of one e-mail are one 201 and 49 409 that name it', async () => {
    const answers = await atOnce(({ request }, at) =>
      request('/api/users', {
        method: 'POST',
        json: { username: `wanted_${at}`, email: 'wanted@example.org', password: PASSWORD },
      }),
    );
    expect(tally(answers)).toEqual({ 201: 1, 409: 49 });
    const refused = answers.filter(({ status }) => status === 409);
    expect(new Set(refused.flatMap(pointersOf))).toEqual(new Set(['/body/email']));
  });

  test('refreshes with one token rotate it once: all get the same successor, which is good', async () => {
    const { refreshToken } = await instances[0]!.register('refresher');
    const answers = await atOnce((identity) => identity.refresh(refreshToken));
    expect(tally(answers)).toEqual({ 200: 50 });
    const successors = new Set(answers.map((answer) => sessionOf(answer).refreshToken));
    expect(successors.size).toBe(1);
    const [successor] = [...successors];
    expect((await instances[1]!.refresh(successor!)).status).toBe(200);
    // Had any of them rotated a second time, this would have been its family's end.
    expect((await instances[0]!.refresh(successor!)).status).toBe(200);
  });

  test('deletions of one account are one 204 and 49 401', async () => {
    const { bearer } = await instances[0]!.register('deleted');
    const body = { currentPassword: PASSWORD };
    const answers = await atOnce(({ request }) =>
      request('/api/me', { method: 'DELETE', headers: bearer, json: body }),
    );
    expect(tally(answers)).toEqual({ 204: 1, 401: 49 });
  });

  test('log-outs of one session are one 204 and 49 401', async () => {
    const { bearer } = await instances[0]!.register('logged_out');
    const answers = await atOnce(({ request }) =>
      request('/api/sessions/current', { method: 'DELETE', headers: bearer }),
    );
    expect(tally(answers)).toEqual({ 204: 1, 401: 49 });
  });

  test('changes of one password are one 200 and 49 401, and one of them is the password now', async () => {
    const { bearer } = await instances[0]!.register('many_minds');
    const answers = await atOnce(({ request }, at) => {
      const body = { password: `new password ${at}`, currentPassword: PASSWORD };
      return request('/api/me', { method: 'PATCH', headers: bearer, json: body });
    });
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    const winner = answers.findIndex(({ status }) => status === 200);
    // Who looked only after the change was told so at once; who looked before it finds another password there.
    expect(tally(answers)[403] ?? 0).toBe(0);
    expect(tally(answers)[401]).toBe(49);
    expect((await instances[1]!.logIn('many_minds', `new password ${winner}`)).status).toBe(201);
  });

  test('log-ins while the password changes: no session by the old one is left', async () => {
    const { bearer } = await instances[0]!.register('changeable');
    const body = { password: 'a new password', currentPassword: PASSWORD };
    const change = instances[1]!.request('/api/me', {
      method: 'PATCH',
      headers: bearer,
      json: body,
    });
    const answers = await atOnce((identity) => identity.logIn('changeable'));
    expect((await change).status).toBe(200);
    for (const answer of answers.filter(({ status }) => status === 201)) {
      const { bearer: old } = withBearer(sessionOf(answer));
      expect((await instances[0]!.request('/api/me', { headers: old })).status).toBe(401);
    }
  });

  test('first log-ins of two instances use one signing key', async () => {
    const sets = await atOnce(({ request }) => request('/.well-known/jwks.json'));
    expect(new Set(sets.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    expect((sets[0]!.body as { keys: unknown[] }).keys).toHaveLength(1);
  });
});

describeOnServer('fifty wrong passwords at once, through two instances', () => {
  let place: TestDatabase;
  let instances: Identity[];
  beforeAll(async () => {
    place = await serverDatabase();
    instances = await Promise.all([startIdentity(place), startIdentity(place)]);
  });
  afterAll(async () => {
    await Promise.all(instances.map((each) => each.stop()));
    await place.remove();
  });

  test('are looked at ten times, and then no more', async () => {
    await instances[0]!.register('besieged');
    const answers = await Promise.all(
      Array.from({ length: MANY }, (_, at) =>
        instances[at % 2]!.logIn('besieged', `guess number ${at}`),
      ),
    );
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(10);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(40);
  });
});
