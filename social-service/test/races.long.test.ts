// Concurrent requests to two instances of the service on one database server: each effect happens once.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Post } from 'contracts/types';
import { describeOnServer, serverDatabase } from 'chassis/testing/database';
import type { TestDatabase } from 'chassis/testing/database';
import { startTestSocial, type TestSocial } from './support/service.ts';

const MANY = 50;
// Each round has its own users; there are many, as a race is lost only sometimes.
const ROUNDS = Array.from({ length: 10 }, (_, at) => 1_000 * (at + 1));

/** Counts the responses by status. */
function statusesOf(answers: readonly { readonly status: number }[]): Record<string, number> {
  const groups = Map.groupBy(answers, ({ status }) => String(status));
  return Object.fromEntries([...groups].map(([status, all]) => [status, all.length]));
}

/** Runs a scenario once for each round, each time as another user. */
const inRounds = (name: string, scenario: (me: number) => Promise<void>): void =>
  test(name, async () => {
    for (const me of ROUNDS) await scenario(me);
  });

describeOnServer('fifty concurrent requests', () => {
  let testDatabase: TestDatabase;
  // Two instances, so that only the database can keep the order.
  let instances: readonly TestSocial[];
  beforeAll(async () => {
    testDatabase = await serverDatabase();
    instances = [await startTestSocial(testDatabase), await startTestSocial(testDatabase)];
  });
  afterAll(async () => {
    await Promise.all(instances.map((instance) => instance.stop()));
    await testDatabase.remove();
  });

  const requestAs: TestSocial['requestAs'] = (...args) => instances[0]!.requestAs(...args);
  const fifty = (...args: Parameters<TestSocial['requestAs']>) =>
    Promise.all(Array.from({ length: MANY }, (_, at) => instances[at % 2]!.requestAs(...args)));

  inRounds('accept one friendship once', async (me) => {
    const other = me + 1;
    await requestAs(other, `/api/friends/${me}`, { method: 'PUT' });
    const answers = await fifty(me, `/api/friends/${other}`, { method: 'PUT' });
    for (const { status, body } of answers)
      expect([status, body]).toEqual([200, { id: other, state: 'friends' }]);
    const first = await requestAs(me, '/api/friends');
    expect(first.body).toMatchObject({ items: [{ id: other }], nextCursor: null });
    // The time is that of the first acceptance.
    await requestAs(me, `/api/friends/${other}`, { method: 'PUT' });
    expect((await requestAs(me, '/api/friends')).body).toEqual(first.body);
    for (const who of [me, other])
      expect((await requestAs(who, `/api/users/${who}/counts`)).body).toMatchObject({
        friendCount: 1,
      });
  });

  inRounds('of two users for each other make them friends', async (me) => {
    const other = me + 2;
    const both = await Promise.all([
      fifty(me, `/api/friends/${other}`, { method: 'PUT' }),
      fifty(other, `/api/friends/${me}`, { method: 'PUT' }),
    ]);
    expect(statusesOf(both.flat())).toEqual({ 200: 2 * MANY });
    expect((await requestAs(me, '/api/friend-requests')).body).toMatchObject({ items: [] });
    expect((await requestAs(other, '/api/friends')).body).toMatchObject({ items: [{ id: me }] });
  });

  inRounds('delete one post once: one 204, and 49 404s', async (me) => {
    const post = { method: 'POST', json: { content: 'x' } } as const;
    const { id } = (await requestAs(me, '/api/posts', post)).body as Post;
    const answers = await fifty(me, `/api/posts/${id}`, { method: 'DELETE' });
    expect(statusesOf(answers)).toEqual({ 204: 1, 404: MANY - 1 });
  });

  inRounds('with one Idempotency-Key create one post', async (me) => {
    const author = me + 3;
    const headers = { 'Idempotency-Key': 'one' };
    const create = { method: 'POST', json: { content: 'x' }, headers } as const;
    const answers = await fifty(author, '/api/posts', create);
    const made = answers.filter(({ status }) => status === 201);
    const others = answers.filter(({ status }) => status !== 201);
    expect(made.length).toBeGreaterThan(0);
    expect(new Set(made.map(({ text }) => text)).size).toBe(1);
    for (const { status, body } of others)
      expect([status, body]).toEqual([
        409,
        expect.objectContaining({ type: 'urn:social-network:problem:key-in-use' }),
      ]);
    expect((await requestAs(author, '/api/posts', create)).text).toBe(made[0]!.text);
    const { body } = await requestAs(author, `/api/users/${author}/counts`);
    expect(body).toMatchObject({ postCount: 1 });
  });

  inRounds(
    'to edit and to delete one post delete it once, and no edit brings it back',
    async (me) => {
      const author = me + 4;
      const post = { method: 'POST', json: { content: 'x' } } as const;
      const { id } = (await requestAs(author, '/api/posts', post)).body as Post;
      const [edits, deletions] = await Promise.all([
        fifty(author, `/api/posts/${id}`, { method: 'PATCH', json: { content: 'y' } }),
        fifty(author, `/api/posts/${id}`, { method: 'DELETE' }),
      ]);
      expect(statusesOf(deletions)).toEqual({ 204: 1, 404: MANY - 1 });
      expect(edits.filter(({ status }) => status !== 200 && status !== 404)).toEqual([]);
      expect((await requestAs(author, `/api/posts/${id}`)).status).toBe(404);
    },
  );
});
