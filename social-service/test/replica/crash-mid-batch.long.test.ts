// SIGKILL in the middle of a batch: the stored offset always matches the replica, and no event is applied twice. A trigger
// that sleeps holds the process there: before users are written or deleted, or before the offset is stored.
import { afterEach, expect, jest, test } from '@jest/globals';
import { type Kysely, sql } from 'kysely';
import { describeOnBoth, type TestDatabase } from 'chassis/testing/database';
import type { Schema } from '../../src/schema.ts';
import { startFakeIdentity } from 'chassis/testing/fake-identity';
import { ready } from '../support/service.ts';
import { openTestDatabase } from '../support/database.ts';
import { until } from 'chassis/testing/until';
import {
  EVENTS,
  addPosts,
  longLog,
  startSocialProcess,
  expectedAt,
  stateIn,
} from '../support/long-log.ts';

jest.setTimeout(60_000);

/** Two batches are applied, the third one sleeps. */
const AWAKE = 1_000;

async function inDatabase(
  testDatabase: TestDatabase,
  work: (db: Kysely<Schema>) => Promise<unknown>,
): Promise<void> {
  const { db, ...database } = await openTestDatabase(testDatabase);
  await work(db);
  await database.close();
}

/** @param moment of a trigger, as in `insert on authors for each statement` */
const sleepBefore = async (db: Kysely<Schema>, moment: string): Promise<void> => {
  await sql`create function sleep() returns trigger language plpgsql as $$
    begin
      if (select position from log_position) >= ${sql.lit(AWAKE)} then perform pg_sleep(20); end if;
      return new;
    end $$`.execute(db);
  await sql`create trigger sleep before ${sql.raw(moment)} execute function sleep()`.execute(db);
};

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

describeOnBoth('a process that is killed in the middle of a batch', (newDatabase) => {
  test.each([
    ['users are written', 'insert on authors for each statement'],
    ['users are deleted', 'delete on authors for each statement'],
    [
      'the offset is stored',
      'update on log_position for each row when (old.position <> new.position)',
    ],
  ])('before %s has applied the complete batch or nothing', async (_, moment) => {
    const [testDatabase, identity] = await Promise.all([newDatabase(), startFakeIdentity()]);
    cleanups.push(testDatabase.remove, identity.close);
    identity.log.append(longLog);
    await addPosts(testDatabase);
    await inDatabase(testDatabase, (db) => sleepBefore(db, moment));
    const third = identity.log.nextRead(3);
    const social = await startSocialProcess(testDatabase, identity);
    await third;
    await until('the statement sleeps', () => sleeps(testDatabase, social.adminUrl));
    await social.child.stop('SIGKILL');

    const { position, ...state } = await stateIn(testDatabase);
    expect(position).toBe(AWAKE);
    expect(state).toEqual(expectedAt(AWAKE));

    await inDatabase(testDatabase, (db) => sql`drop function sleep cascade`.execute(db));
    const again = await startSocialProcess(testDatabase, identity);
    await ready(again.adminUrl);
    await again.child.stop();
    expect(await stateIn(testDatabase)).toEqual({ position: EVENTS, ...expectedAt(EVENTS) });
  });
});

/** An embedded database blocks its process while it sleeps; a server can be queried. */
async function sleeps(testDatabase: TestDatabase, adminUrl: string): Promise<boolean> {
  if (testDatabase.settings.DATABASE_URL === undefined) {
    const signal = AbortSignal.timeout(1_000);
    return fetch(`${adminUrl}/healthz`, { signal }).then(
      () => false,
      () => true,
    );
  }
  let asleep = false;
  await inDatabase(testDatabase, async (db) => {
    const { rows } = await sql`select from pg_stat_activity
      where datname = current_database() and wait_event = 'PgSleep'`.execute(db);
    asleep = rows.length > 0;
  });
  return asleep;
}
