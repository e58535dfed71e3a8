// Acknowledged writes survive many SIGKILLs, at different moments, on the same data.
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { describeOnBoth, emptyFolder } from 'chassis/testing/database';
import { killAfterLines, startNode } from 'chassis/testing/process';
import { memoryLog } from 'chassis/testing/memory-log';
import { openNotes, read } from '../support/notes.ts';

const writer = join(import.meta.dirname, '../support/writer.ts');

describeOnBoth('a process that is killed twelve times while it writes', (newDatabase) => {
  test('has every write that it acknowledged in any of its runs', async () => {
    const testDatabase = await newDatabase();
    let before: string[] = [];
    for (let run = 1; run <= 12; run += 1) {
      const acknowledged = await killAfterLines(writer, testDatabase.settings, run * run * 3);
      const database = await openNotes(testDatabase.settings, memoryLog().log);
      await database.prepared;
      const found = await read(database);
      await database.close();
      const expected = [...before, ...acknowledged];
      expect(found.slice(0, expected.length)).toEqual(expected);
      before = found;
    }
    await testDatabase.remove();
  });
});

test('a first start that is killed while it makes its database does not harm later starts', async () => {
  const folder = await emptyFolder();
  for (let ms = 500; ms <= 4_500; ms += 500) {
    const child = startNode(writer, { DATA_DIR: folder });
    await delay(ms);
    await child.stop('SIGKILL');
  }
  expect((await killAfterLines(writer, { DATA_DIR: folder }, 10)).slice(0, 3)).toEqual([
    '1',
    '2',
    '3',
  ]);
  await rm(folder, { recursive: true });
});
