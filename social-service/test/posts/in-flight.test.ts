// In the middle of a creation: a second request with the same key, a crash of the process, the deletion of old keys. A lock
// holds the creation there: the post is inserted, and its key waits to be written.
import { join } from 'node:path';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import type { Database } from 'chassis/postgres/database';
import { type Kysely, sql } from 'kysely';
import { startService } from 'chassis/testing/process';
import { describeOnServer, serverDatabase } from 'chassis/testing/database';
import type { TestDatabase } from 'chassis/testing/database';
import { deleteOldKeys } from '../../src/posts/idempotency.ts';
import type { Schema } from '../../src/schema.ts';
import { writingIn } from '../../src/posts/writing.ts';
import { startFakeIdentity } from 'chassis/testing/fake-identity';
import { ready, startTestSocial } from '../support/service.ts';
import { openTestDatabase } from '../support/database.ts';
import { until } from 'chassis/testing/until';
import { outboxIn } from '../../src/events/outbox.ts';

jest.setTimeout(60_000);

describeOnServer('a creation with an Idempotency-Key', () => {
  let testDatabase: TestDatabase;
  let database: Database<Schema>;
  beforeEach(async () => {
    testDatabase = await serverDatabase();
    database = await openTestDatabase(testDatabase);
  });
  afterEach(async () => {
    await database.close();
    await testDatabase.remove();
  });

  /** Waits until this number of statements waits for a lock. */
  const waiting = (count: number) =>
    until(`${count} wait`, async () => {
      const { rows } = await sql<{ n: number }>`
        select count(*) as n from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock'`.execute(database.db);
      return rows[0]!.n === count;
    });
  /** Runs `work` while keys can be read, but not written. */
  const whileKeysAreLocked = (work: () => Promise<void>): Promise<void> =>
    database.db.transaction().execute(async (tx) => {
      await sql`lock table idempotency_keys in share mode`.execute(tx);
      await work();
    });
  const countOf = async (table: 'posts' | 'idempotency_keys'): Promise<number> => {
    const rows = await database.db
      .selectFrom(table)
      .select(sql`1`.as('one'))
      .execute();
    return rows.length;
  };
  const post = { method: 'POST', json: { content: 'x' } } as const;
  const headers = { 'Idempotency-Key': 'key' };

  test('is a 409 while the first request with the same key is still in progress', async () => {
    const social = await startTestSocial(testDatabase);
    const create = (userId: number) => social.requestAs(userId, '/api/posts', { ...post, headers });
    let first: ReturnType<typeof create> | undefined;
    await whileKeysAreLocked(async () => {
      first = Promise.resolve(create(1));
      await waiting(1);
      const second = await create(1);
      expect(second.status).toBe(409);
      expect(second.headers['retry-after']).toBe('1');
      expect(second.body).toMatchObject({ type: 'urn:social-network:problem:key-in-use' });
    });
    const { status, body } = await first!;
    expect(status).toBe(201);
    expect((await create(1)).body).toEqual(body);
    expect(await countOf('posts')).toBe(1);
    await social.stop();
  });

  test('leaves nothing when the process is killed in the middle, and can be repeated', async () => {
    const identity = await startFakeIdentity();
    const main = join(import.meta.dirname, '../../src/main.ts');
    const { child, url, adminUrl } = await startService(main, {
      DATABASE_URL: testDatabase.settings.DATABASE_URL!,
      IDENTITY_URL: identity.url,
    });
    await ready(adminUrl);
    await whileKeysAreLocked(async () => {
      const lost = fetch(`${url}/api/posts`, {
        method: 'POST',
        body: JSON.stringify(post.json),
        headers: {
          ...headers,
          'Content-Type': 'application/json',
          Authorization: `Bearer ${identity.key.sign({ sub: '1' })}`,
        },
      });
      lost.catch(() => {});
      await waiting(1);
      await child.stop('SIGKILL');
      await expect(lost).rejects.toThrow();
    });
    await identity.close();
    await waiting(0);

    const social = await startTestSocial(testDatabase);
    const answer = await social.requestAs(1, '/api/posts', { ...post, headers });
    expect(answer.status).toBe(201);
    expect([await countOf('posts'), await countOf('idempotency_keys')]).toEqual([1, 1]);
    await social.stop();
  });

  test('that uses an expired key again keeps the key while expired keys are being deleted', async () => {
    const { db } = database;
    await writingIn(db, outboxIn(db)).create(1, 'old', 'key');
    await sql`update idempotency_keys set created_at = now() - interval '2 days'`.execute(db);
    const held = Promise.withResolvers<void>();
    const reused = Promise.withResolvers<void>();
    const reusing = db.transaction().execute(async (tx) => {
      await createIn(tx);
      reused.resolve();
      await held.promise;
    });
    await reused.promise;
    const deleting = deleteOldKeys(db);
    await waiting(1);
    held.resolve();
    await Promise.all([reusing, deleting]);
    expect(await countOf('idempotency_keys')).toBe(1);
  });
});

describeOnServer('a service that starts', () => {
  test('deletes the expired keys', async () => {
    const testDatabase = await serverDatabase();
    const { db, ...database } = await openTestDatabase(testDatabase);
    await writingIn(db, outboxIn(db)).create(1, 'x', 'old');
    await sql`update idempotency_keys set created_at = now() - interval '2 days'`.execute(db);
    await writingIn(db, outboxIn(db)).create(1, 'x', 'young');
    const social = await startTestSocial(testDatabase);
    await until('the old one is gone', async () => {
      const keys = await db.selectFrom('idempotency_keys').select('key').execute();
      return keys.length === 1 && keys[0]!.key === 'young';
    });
    await social.stop();
    await database.close();
    await testDatabase.remove();
  });
});

/** The last statement of a creation with an expired key. */
const createIn = (tx: Kysely<Schema>) =>
  tx
    .updateTable('idempotency_keys')
    .set({ created_at: sql<Date>`now()` })
    .execute();
