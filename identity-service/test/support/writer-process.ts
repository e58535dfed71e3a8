// A process that creates, renames and deletes users without end, and prints each change that the database acknowledged.
import { setTimeout as pause } from 'node:timers/promises';
import { printLine } from 'chassis/testing/print-line';
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

const print = (change: Change | undefined) => printLine(JSON.stringify(change));

for (;;) {
  const created = await writer.create(newName());
  await print(created);
  await print(await writer.rename(created.id, newName()));
  if (created.id % 2 === 0) await print(await writer.remove(created.id));
  await pause(0);
}
