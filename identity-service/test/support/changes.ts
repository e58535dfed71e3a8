// One who joins, renames and leaves, again and again, as the service does it; and the same among users of before.
import { setTimeout as pause } from 'node:timers/promises';
import type { Kysely } from 'kysely';
import { outboxIn } from '../../src/events/outbox.ts';
import type { Schema } from '../../src/schema.ts';

const password_hash = '$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA';

export interface Changer {
  /** Of this writer alone, so that names are its own; at most two digits. */
  readonly number: number;
  /** Users that it may rename and delete, beside those that it lets join; others may do so too. */
  readonly users: readonly number[];
}

/** Does `times` changes, in an order that depends on nothing but the writer's number. */
export async function change(
  db: Kysely<Schema>,
  { number, users }: Changer,
  times: number,
): Promise<void> {
  const outbox = outboxIn(db, () => undefined);
  const ids = [...users];
  for (let count = 0; count < times; count += 1) {
    const username = `c${number}_${count}`;
    const id = ids[(count * 31 + number * 17) % ids.length]!;
    if (count % 4 === 3) await leave(id);
    else if (count % 4 === 2) ids.push(await join(username));
    else await rename(id, username);
    await pause(0);
  }

  function join(username: string): Promise<number> {
    return outbox.transaction(undefined, async (tx, tell) => {
      const { id } = await tx
        .insertInto('users')
        .values({ username, email: `${username}@example.org`, password_hash })
        .returning('id')
        .executeTakeFirstOrThrow();
      tell({ type: 'UserCreated', id, username });
      return id;
    });
  }

  function rename(id: number, username: string): Promise<void> {
    return outbox.transaction(undefined, async (tx, tell) => {
      const done = await tx
        .updateTable('users')
        .set({ username })
        .where('id', '=', id)
        .executeTakeFirst();
      if (done.numUpdatedRows === 1n) tell({ type: 'UserUpdated', id, username });
    });
  }

  function leave(id: number): Promise<void> {
    return outbox.transaction(undefined, async (tx, tell) => {
      const done = await tx.deleteFrom('users').where('id', '=', id).executeTakeFirst();
      if (done.numDeletedRows === 1n) tell({ type: 'UserDeleted', id });
    });
  }
}
