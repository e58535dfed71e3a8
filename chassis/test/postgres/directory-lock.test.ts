// The lock on a data directory, between processes and after violent deaths.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { lockDirectory } from 'chassis/postgres/directory-lock';
import { StartupError } from 'chassis/base/startup-error';
import { emptyFolder } from 'chassis/testing/database';

const lockModule = join(import.meta.dirname, '../../src/postgres/directory-lock.ts');

/** A process that holds the lock of `folder` until it is killed, garbage collections notwithstanding. */
async function holderOf(folder: string) {
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

test('another process is refused, and told who has the directory', async () => {
  const folder = await emptyFolder();
  const holder = await holderOf(folder);
  expect(() => lockDirectory(folder)).toThrow(
    new StartupError(
      `The data directory ${folder} is in use by process ${holder.pid}. Stop that process, or set another DATA_DIR.`,
    ),
  );
  holder.kill('SIGKILL');
  await once(holder, 'exit');
});

test('the lock of a process that was killed is free at once', async () => {
  const folder = await emptyFolder();
  const holder = await holderOf(folder);
  holder.kill('SIGKILL');
  await once(holder, 'exit');
  lockDirectory(folder).release();
});

test('the same process is refused too, until it releases', async () => {
  const folder = join(await emptyFolder(), 'made/on/demand');
  const lock = lockDirectory(folder);
  expect(() => lockDirectory(folder)).toThrow(`in use by process ${process.pid}`);
  lock.release();
  lockDirectory(folder).release();
});

test('a directory that cannot be made is told in one line', async () => {
  const file = join(await emptyFolder(), 'file');
  writeFileSync(file, '');
  expect(() => lockDirectory(join(file, 'data'))).toThrow(
    `The data directory ${file}/data cannot be used: ENOTDIR.`,
  );
});
