// An event is stored if and only if its change is stored, also when the process is killed in the middle of a change.
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { describeOnBoth } from 'chassis/testing/database';
import { killAfterLines } from 'chassis/testing/process';
import type { Change } from '../../src/events/outbox.ts';
import { foldUsernames } from '../support/event-log.ts';
import { openTestDatabase } from '../support/database.ts';
import { readLogUntil } from '../support/event-log.ts';

const writerProcess = join(import.meta.dirname, '../support/writer-process.ts');

describeOnBoth('a process that is killed while it changes users', (newDatabase) => {
  test('leaves a log that matches the users exactly, with all acknowledged changes', async () => {
    const testDatabase = await newDatabase();
    const acknowledged: Change[] = [];
    // An odd and an even number: in the middle of a rename, and of a deletion.
    for (const count of [31, 42]) {
      const before = acknowledged.length;
      const lines = await killAfterLines(writerProcess, testDatabase.settings, count);
      acknowledged.push(...lines.map((line) => JSON.parse(line) as Change));
      const database = await openTestDatabase(testDatabase, undefined, false);
      const { db } = database;
      const events = await readLogUntil(db, () => true);
      const users = await db.selectFrom('users').select(['id', 'username']).execute();
      await database.close();

      expect(foldUsernames(events)).toEqual(
        new Map(users.map(({ id, username }) => [id, username])),
      );
      const changes = events.map(({ type, data }) => Object.assign({ type }, data));
      expect(changes.slice(before, acknowledged.length)).toEqual(acknowledged.slice(before));
      // At most the one change that was on its way when the process was killed.
      expect(changes.length - acknowledged.length).toBeLessThanOrEqual(1);
      acknowledged.push(...(changes.slice(acknowledged.length) as typeof acknowledged));
    }
    await testDatabase.remove();
  });
});
