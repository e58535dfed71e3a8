// A process that takes a leader lock. It prints a line when it holds the lock, and when it may have lost the lock.
import { once } from 'node:events';
import { createLogger } from 'chassis/observability/log';
import { openNotes } from './notes.ts';

const { KEY, DATABASE_URL } = process.env;
const database = await openNotes(
  { DATA_DIR: '', DATABASE_URL },
  createLogger('lock-holder', 'silent'),
);
await database.prepared;
const print = (line: string): boolean => process.stdout.write(`${line}\n`);
await database.withLeaderLock(Number(KEY), new AbortController().signal, async (lost) => {
  print('holds the lock');
  await once(lost, 'abort');
  print('lost the lock');
});
await database.close();
