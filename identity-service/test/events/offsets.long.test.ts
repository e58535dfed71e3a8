// Readers never skip an offset: more writers for longer, through four instances, and a proof that this test sees a loss.
import { expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { describeOnServer, serverDatabase } from 'chassis/testing/database';
import { foldUsernames, usernamesOf } from '../support/event-log.ts';
import { openTestDatabase } from '../support/database.ts';
import { addUsers, renameUsers } from '../support/concurrent-renames.ts';
import { readLogUntil } from '../support/event-log.ts';

const WRITERS = 24;
const TIMES = 600;

/** Returns the committed names, the events that a concurrently polling reader got, and the users. */
async function writeAndRead(times: number, { locked }: { locked: boolean }) {
  const testDatabase = await serverDatabase();
  const databases = [await openTestDatabase(testDatabase, undefined, false)];
  while (databases.length < 5)
    databases.push(await openTestDatabase(testDatabase, undefined, false));
  const [{ db }] = databases as [(typeof databases)[0]];
  await addUsers(db);
  if (!locked) await sql`drop trigger user_events_in_order on user_events`.execute(db);
  let isOver = false;
  const reading = readLogUntil(databases[4]!.db, () => isOver);
  const committed = await Promise.all(
    Array.from({ length: WRITERS }, (_, at) => renameUsers(databases[at % 4]!.db, at, times)),
  );
  isOver = true;
  const readEvents = await reading;
  const users = await db.selectFrom('users').select(['id', 'username']).execute();
  await Promise.all(databases.map((each) => each.close()));
  await testDatabase.remove();
  return { readEvents, committed: committed.flat(), users };
}

describeOnServer(`${WRITERS} writers on four instances`, () => {
  test('a reader that polls meanwhile misses no event', async () => {
    const { readEvents, committed, users } = await writeAndRead(TIMES, { locked: true });
    const names = usernamesOf(readEvents.filter(({ type }) => type === 'UserUpdated'));
    expect(names.toSorted()).toEqual(committed.toSorted());
    expect(committed).toHaveLength((WRITERS * TIMES * 2) / 3);
    expect(foldUsernames(readEvents)).toEqual(
      new Map(users.map(({ id, username }) => [id, username])),
    );
  });

  test('a reader misses events without the lock, so this test can see a loss', async () => {
    const { readEvents, committed } = await writeAndRead(100, { locked: false });
    expect(readEvents.length - 20).toBeLessThan(committed.length);
  });
});
