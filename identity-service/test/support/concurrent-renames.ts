// Writers that rename the same few users concurrently, some slowly, some rolled back.
import { setTimeout as pause } from 'node:timers/promises';
import type { Kysely } from 'kysely';
import { appendEvents } from '../../src/events/outbox.ts';
import type { Schema } from '../../src/schema.ts';
import { PASSWORD_HASH } from './user-changes.ts';

export const USERS = 20;

/** Adds the users to rename, 1 to USERS, and their events to an empty database. */
export async function addUsers(db: Kysely<Schema>): Promise<void> {
  await db.transaction().execute(async (tx) => {
    const users = Array.from({ length: USERS }, (_, at) => ({
      id: at + 1,
      username: `user_${at + 1}`,
      email: `user_${at + 1}@example.org`,
      password_hash: PASSWORD_HASH,
    }));
    await tx.insertInto('users').values(users).execute();
    await appendEvents(
      tx,
      users.map(({ id, username }) => ({ type: 'UserCreated', id, username })),
    );
  });
}

/**
 * Renames users in turn, `times` times in all. A third of the transactions are rolled back, half of them hold their event
 * for a while before they end.
 * @returns the names that were committed
 */
export async function renameUsers(
  db: Kysely<Schema>,
  writer: number,
  times: number,
): Promise<string[]> {
  const committed: string[] = [];
  for (let count = 0; count < times; count += 1) {
    const id = 1 + ((writer * 7 + count * 3) % USERS);
    const username = `w${writer}_${count}`;
    const isRolledBack = count % 3 === 2;
    const renaming = db.transaction().execute(async (tx) => {
      await tx.updateTable('users').set({ username }).where('id', '=', id).execute();
      await appendEvents(tx, [{ type: 'UserUpdated', id, username }]);
      // On the embedded database, timers run only during such a pause.
      await pause(count % 2 === 0 ? count % 5 : 0);
      if (isRolledBack) throw new Error('roll back');
    });
    await renaming.then(
      () => committed.push(username),
      (error: unknown) => {
        if (!(error instanceof Error && error.message === 'roll back')) throw error;
      },
    );
  }
  return committed;
}
