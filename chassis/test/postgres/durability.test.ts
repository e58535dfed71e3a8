// Acknowledged writes survive a SIGKILL in the middle of writes.
import { join } from 'node:path';
import { expect, jest, test } from '@jest/globals';
import { describeOnBoth } from 'chassis/testing/database';
import { memoryLog } from 'chassis/testing/memory-log';
import { killAfterLines } from 'chassis/testing/process';
import { openNotes, read } from '../support/notes.ts';

jest.setTimeout(60_000);

const writer = join(import.meta.dirname, '../support/writer.ts');

describeOnBoth('a process that is killed while it writes', (newDatabase) => {
  test('has every write that it acknowledged', async () => {
    const testDatabase = await newDatabase();
    const acknowledged = await killAfterLines(writer, testDatabase.settings, 120);
    const database = await openNotes(testDatabase.settings, memoryLog().log);
    await database.prepared;
    const found = await read(database);
    await database.close();
    await testDatabase.remove();
    expect(acknowledged.length).toBeGreaterThanOrEqual(120);
    expect(found.slice(0, acknowledged.length)).toEqual(acknowledged);
    // One write may have been in progress when the process ended.
    expect(found.length - acknowledged.length).toBeLessThanOrEqual(1);
  });
});
