// What was acknowledged is there after a SIGKILL in the middle of writes.
import { join } from 'node:path';
import { expect, jest, test } from '@jest/globals';
import { describeOnBoth } from 'chassis/testing/database';
import { memoryLog } from 'chassis/testing/memory-log';
import { killAfterLines } from 'chassis/testing/process';
import { openNotes, read } from '../support/notes.ts';

jest.setTimeout(60_000);

const writer = join(import.meta.dirname, '../support/writer.ts');

describeOnBoth('a process that is killed while it writes', (newDatabase) => {
  test('has lost nothing of what it acknowledged', async () => {
    const place = await newDatabase();
    const acknowledged = await killAfterLines(writer, place.settings, 120);
    const database = await openNotes(place.settings, memoryLog().log);
    await database.prepared;
    const found = await read(database);
    await database.close();
    await place.remove();
    expect(acknowledged.length).toBeGreaterThanOrEqual(120);
    expect(found.slice(0, acknowledged.length)).toEqual(acknowledged);
    // At most the one that was on its way when the process died.
    expect(found.length - acknowledged.length).toBeLessThanOrEqual(1);
  });
});
