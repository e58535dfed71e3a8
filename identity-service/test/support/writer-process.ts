// A process that creates, renames and deletes users without end, and prints each change that the database acknowledged.
import { setTimeout as pause } from 'node:timers/promises';
import type { Change } from '../../src/events/outbox.ts';
import { openTestDatabase } from './database.ts';
import { userWriterIn } from './user-changes.ts';

const { DATA_DIR = '', DATABASE_URL } = process.env;
const settings = { DATA_DIR, ...(DATABASE_URL && { DATABASE_URL }) };
const { db } = await openTestDatabase(
  { settings, remove: () => Promise.resolve() },
  undefined,
  false,
);
const writer = userWriterIn(db);

/** Makes a name that no other process makes. */
const newName = (): string => `u_${Date.now().toString(36)}_${(count += 1)}`;
let count = 0;

const print = (change: Change | undefined): boolean =>
  process.stdout.write(`${JSON.stringify(change)}\n`);

for (;;) {
  const created = await writer.create(newName());
  print(created);
  print(await writer.rename(created.id, newName()));
  if (created.id % 2 === 0) print(await writer.remove(created.id));
  await pause(0);
}
