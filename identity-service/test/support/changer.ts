// A process that lets users join, renames and deletes them for ever, and says what the database has acknowledged.
import { setTimeout as pause } from 'node:timers/promises';
import { type Change, outboxIn } from '../../src/events/outbox.ts';
import { open } from './open.ts';

const { DATA_DIR = '', DATABASE_URL } = process.env;
const settings = { DATA_DIR, ...(DATABASE_URL && { DATABASE_URL }) };
const { db } = await open({ settings, remove: () => Promise.resolve() }, undefined, false);
const outbox = outboxIn(db, () => undefined);

/** Some other name each time, also in the next process. */
const newName = (): string => `u_${Date.now().toString(36)}_${(count += 1)}`;
let count = 0;

const join = (): Promise<Change> =>
  outbox.transaction(undefined, async (tx, tell) => {
    const username = newName();
    const { id } = await tx
      .insertInto('users')
      .values({
        username,
        email: `${username}@example.org`,
        password_hash: '$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA',
      })
      .returning('id')
      .executeTakeFirstOrThrow();
    const change = { type: 'UserCreated', id, username } as const;
    tell(change);
    return change;
  });

const rename = (id: number): Promise<Change> =>
  outbox.transaction(undefined, async (tx, tell) => {
    const username = newName();
    await tx.updateTable('users').set({ username }).where('id', '=', id).execute();
    const change = { type: 'UserUpdated', id, username } as const;
    tell(change);
    return change;
  });

const remove = (id: number): Promise<Change> =>
  outbox.transaction(undefined, async (tx, tell) => {
    await tx.deleteFrom('users').where('id', '=', id).execute();
    const change = { type: 'UserDeleted', id } as const;
    tell(change);
    return change;
  });

const say = (change: Change): boolean => process.stdout.write(`${JSON.stringify(change)}\n`);

for (;;) {
  const joined = await join();
  say(joined);
  say(await rename(joined.id));
  if (joined.id % 2 === 0) say(await remove(joined.id));
  await pause(0);
}
