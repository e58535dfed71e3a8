// A process that takes a lock and prints when it has it, and when it may have lost it.
import { once } from 'node:events';
import { createLogger } from 'chassis/observability/log';
import { openNotes } from './notes.ts';

const { KEY, DATABASE_URL } = process.env;
const database = await openNotes(
  { DATA_DIR: '', DATABASE_URL },
  createLogger('lock-holder', 'silent'),
);
await database.prepared;
const say = (word: string): boolean => process.stdout.write(`${word}\n`);
await database.withLeaderLock(Number(KEY), new AbortController().signal, async (lost) => {
  say('has it');
  await once(lost, 'abort');
  say('lost it');
});
await database.close();
