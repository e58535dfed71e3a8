// Writers that create, rename and delete users with their events, as the service does.
import { setTimeout as pause } from 'node:timers/promises';
import type { Kysely } from 'kysely';
import { type Change, outboxIn } from '../../src/events/outbox.ts';
import type { Schema } from '../../src/schema.ts';

/** A hash that matches no password. */
export const PASSWORD_HASH = '$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA';

/** Each method changes one user and returns the event of the change; undefined when the user did not exist. */
export function userWriterIn(db: Kysely<Schema>) {
  const outbox = outboxIn(db, () => undefined);
  return {
    create: (username: string): Promise<Change & { readonly id: number }> =>
      outbox.transaction(undefined, async (tx, notify) => {
        const { id } = await tx
          .insertInto('users')
          .values({ username, email: `${username}@example.org`, password_hash: PASSWORD_HASH })
          .returning('id')
          .executeTakeFirstOrThrow();
        const change = { type: 'UserCreated', id, username } as const;
        notify(change);
        return change;
      }),
    rename: (id: number, username: string): Promise<Change | undefined> =>
      outbox.transaction(undefined, async (tx, notify) => {
        const { numUpdatedRows } = await tx
          .updateTable('users')
          .set({ username })
          .where('id', '=', id)
          .executeTakeFirst();
        if (numUpdatedRows === 0n) return undefined;
        const change = { type: 'UserUpdated', id, username } as const;
        notify(change);
        return change;
      }),
    remove: (id: number): Promise<Change | undefined> =>
      outbox.transaction(undefined, async (tx, notify) => {
        const { numDeletedRows } = await tx
          .deleteFrom('users')
          .where('id', '=', id)
          .executeTakeFirst();
        if (numDeletedRows === 0n) return undefined;
        const change = { type: 'UserDeleted', id } as const;
        notify(change);
        return change;
      }),
  };
}

export interface Writer {
  /** Different for each writer, so that their usernames differ. */
  readonly number: number;
  /** Users to rename and delete, besides the users that this writer creates; writers may share users. */
  readonly users: readonly number[];
}

/** Makes `times` changes, in an order that depends only on the writer's number. */
export async function changeUsers(
  db: Kysely<Schema>,
  { number, users }: Writer,
  times: number,
): Promise<void> {
  const writer = userWriterIn(db);
  const ids = [...users];
  for (let count = 0; count < times; count += 1) {
    const username = `c${number}_${count}`;
    const id = ids[(count * 31 + number * 17) % ids.length]!;
    if (count % 4 === 3) await writer.remove(id);
    else if (count % 4 === 2) ids.push((await writer.create(username)).id);
    else await writer.rename(id, username);
    await pause(0);
  }
}
