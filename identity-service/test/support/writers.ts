// Many who rename the same few users at once, some slowly, some in vain; and a reader that polls meanwhile.
import { setTimeout as pause } from 'node:timers/promises';
import type { UserEventOnWire } from 'contracts/types';
import type { Kysely } from 'kysely';
import { appendEvents } from '../../src/events/outbox.ts';
import type { Schema } from '../../src/schema.ts';
import { eventReaderIn } from '../../src/events/event-reader.ts';

export const USERS = 20;

/** The users that are renamed, 1 to USERS, in a database without any; and their events. */
export async function addUsers(db: Kysely<Schema>): Promise<void> {
  await db.transaction().execute(async (tx) => {
    const users = Array.from({ length: USERS }, (_, at) => ({
      id: at + 1,
      username: `user_${at + 1}`,
      email: `user_${at + 1}@example.org`,
      password_hash: '$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA',
    }));
    await tx.insertInto('users').values(users).execute();
    await appendEvents(
      tx,
      users.map(({ id, username }) => ({ type: 'UserCreated', id, username })),
    );
  });
}

/**
 * Renames one user after the other, `times` times. A third of all transactions is rolled back, half of them
 * hold their event for a while before they are over.
 * @returns the names that were committed
 */
export async function rename(db: Kysely<Schema>, writer: number, times: number): Promise<string[]> {
  const committed: string[] = [];
  for (let count = 0; count < times; count += 1) {
    const id = 1 + ((writer * 7 + count * 3) % USERS);
    const username = `w${writer}_${count}`;
    const isInVain = count % 3 === 2;
    const renaming = db.transaction().execute(async (tx) => {
      await tx.updateTable('users').set({ username }).where('id', '=', id).execute();
      await appendEvents(tx, [{ type: 'UserUpdated', id, username }]);
      // On the embedded database nothing but this lets timers run.
      await pause(count % 2 === 0 ? count % 5 : 0);
      if (isInVain) throw new Error('in vain');
    });
    await renaming.then(
      () => committed.push(username),
      (error: unknown) => {
        if (!(error instanceof Error && error.message === 'in vain')) throw error;
      },
    );
  }
  return committed;
}

/** Polls from the beginning; ends with the first batch without events after `isOver`. */
export async function readUntil(
  db: Kysely<Schema>,
  isOver: () => boolean,
): Promise<UserEventOnWire[]> {
  const log = eventReaderIn(db);
  const seen: UserEventOnWire[] = [];
  for (let after = 0; ;) {
    const last = isOver();
    const { events, nextOffset } = await log.after(after);
    seen.push(...events);
    after = nextOffset;
    if (last && events.length === 0) return seen;
    await pause(0);
  }
}
