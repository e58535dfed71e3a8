// Positions never skip: more writers for longer, through four instances; and that this very test sees a loss.
import { expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { describeOnServer, serverDatabase } from 'chassis/testing/database';
import { foldUsernames, usernamesOf } from '../support/event-log.ts';
import { openTestDatabase } from '../support/database.ts';
import { addUsers, renameUsers } from '../support/concurrent-renames.ts';
import { readLogUntil } from '../support/event-log.ts';

const WRITERS = 24;
const TIMES = 600;

/** Who wrote what, and what a reader saw of it that polled all the while. */
async function writeAndRead(times: number, { locked }: { locked: boolean }) {
  const place = await serverDatabase();
  const databases = [await openTestDatabase(place, undefined, false)];
  while (databases.length < 5) databases.push(await openTestDatabase(place, undefined, false));
  const [{ db }] = databases as [(typeof databases)[0]];
  await addUsers(db);
  if (!locked) await sql`drop trigger user_events_in_order on user_events`.execute(db);
  let over = false;
  const reading = readLogUntil(databases[4]!.db, () => over);
  const committed = await Promise.all(
    Array.from({ length: WRITERS }, (_, at) => renameUsers(databases[at % 4]!.db, at, times)),
  );
  over = true;
  const seen = await reading;
  const users = await db.selectFrom('users').select(['id', 'username']).execute();
  await Promise.all(databases.map((each) => each.close()));
  await place.remove();
  return { seen, committed: committed.flat(), users };
}

describeOnServer(`${WRITERS} writers on four instances`, () => {
  test('a reader that polls meanwhile misses nothing', async () => {
    const { seen, committed, users } = await writeAndRead(TIMES, { locked: true });
    const names = usernamesOf(seen.filter(({ type }) => type === 'UserUpdated'));
    expect(names.toSorted()).toEqual(committed.toSorted());
    expect(committed).toHaveLength((WRITERS * TIMES * 2) / 3);
    expect(foldUsernames(seen)).toEqual(new Map(users.map(({ id, username }) => [id, username])));
  });

  test('without the lock it misses some: the test is able to see it', async () => {
    const { seen, committed } = await writeAndRead(100, { locked: false });
    expect(seen.length - 20).toBeLessThan(committed.length);
  });
});
