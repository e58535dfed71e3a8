// The lock of a data directory, between processes and after SIGKILL.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { lockDirectory } from 'chassis/postgres/directory-lock';
import { StartupError } from 'chassis/base/startup-error';
import { emptyFolder } from 'chassis/testing/database';

const lockModule = join(import.meta.dirname, '../../src/postgres/directory-lock.ts');

/** Starts a process that holds the lock of `folder` until it is killed, also after a garbage collection. */
async function startHolder(folder: string) {
  const program = `
    const { lockDirectory } = await import(${JSON.stringify(lockModule)});
    lockDirectory(${JSON.stringify(folder)});
    global.gc();
    process.stdout.write('locked');
    setInterval(() => {}, 60_000);`;
  const child = spawn(process.execPath, ['--expose-gc', '--input-type=module', '-e', program]);
  await once(child.stdout, 'data');
  return child;
}

test('rejects a second process, with the id of the process that has the directory', async () => {
  const folder = await emptyFolder();
  const holder = await startHolder(folder);
  expect(() => lockDirectory(folder)).toThrow(
    new StartupError(
      `The data directory ${folder} is in use by process ${holder.pid}. Stop that process, or set another DATA_DIR.`,
    ),
  );
  holder.kill('SIGKILL');
  await once(holder, 'exit');
});

test('releases the lock of a killed process at once', async () => {
  const folder = await emptyFolder();
  const holder = await startHolder(folder);
  holder.kill('SIGKILL');
  await once(holder, 'exit');
  lockDirectory(folder).release();
});

test('rejects a second lock in the same process until the first is released', async () => {
  const folder = join(await emptyFolder(), 'made/on/demand');
  const lock = lockDirectory(folder);
  expect(() => lockDirectory(folder)).toThrow(`in use by process ${process.pid}`);
  lock.release();
  lockDirectory(folder).release();
});

test('throws an error of one line when the directory cannot be made', async () => {
  const file = join(await emptyFolder(), 'file');
  writeFileSync(file, '');
  expect(() => lockDirectory(join(file, 'data'))).toThrow(
    `The data directory ${file}/data cannot be used: ENOTDIR.`,
  );
});
