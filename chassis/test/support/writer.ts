// A process that writes notes in an endless loop, and prints the number of each after the database acknowledged it.
import { createLogger } from 'chassis/observability/log';
import { printLine } from 'chassis/testing/print-line';
import { openNotes, write } from './notes.ts';

const { DATA_DIR = '', DATABASE_URL } = process.env;
const database = await openNotes({ DATA_DIR, DATABASE_URL }, createLogger('writer', 'silent'));
await database.prepared;
for (let number = 1; ; number += 1) {
  await write(database, String(number));
  await printLine(String(number));
}
