// A lock on a data directory, so that no two processes write into it.
// SQLite takes a file lock of the operating system, which the kernel releases when the process ends, even after a crash.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { StartupError } from '../base/startup-error.ts';

const SQLITE_BUSY = 5;
// Keeps each holder reachable: the garbage collector would close it and so release the lock.
const holders = new Set<DatabaseSync>();

/** A directory that this process holds until `release`. */
export interface DirectoryLock {
  release(): void;
}

/**
 * Creates the directory when it is missing, and locks it.
 * @throws StartupError when another process holds the lock, or when the directory is not writable
 */
export function lockDirectory(directory: string): DirectoryLock {
  const pidFile = join(directory, 'lock.pid');
  let holder: DatabaseSync;
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    // The file stays empty. No other code may open it: closing any handle of the file would release the lock.
    holder = new DatabaseSync(join(directory, 'lock'));
  } catch (error) {
    throw unusable(directory, error);
  }
  try {
    holder.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
    // The pid is for people; the lock does not depend on it.
    writeFileSync(pidFile, `${process.pid}\n`);
  } catch (error) {
    holder.close();
    if ((error as { errcode?: number }).errcode === SQLITE_BUSY) throw inUse(directory, pidFile);
    throw unusable(directory, error);
  }
  holders.add(holder);
  return {
    release() {
      holders.delete(holder);
      rmSync(pidFile, { force: true });
      holder.close();
    },
  };
}

function inUse(directory: string, pidFile: string): StartupError {
  let holder = 'another process';
  try {
    holder = `process ${Number.parseInt(readFileSync(pidFile, 'utf8'), 10) || 'unknown'}`;
  } catch {
    // The holder is starting or ending, so there is no pid file.
  }
  return new StartupError(
    `The data directory ${directory} is in use by ${holder}. Stop that process, or set another DATA_DIR.`,
  );
}

function unusable(directory: string, cause: unknown): StartupError {
  const { code, message } = cause as NodeJS.ErrnoException;
  const reason = code === undefined || code === 'ERR_SQLITE_ERROR' ? message : code;
  return new StartupError(`The data directory ${directory} cannot be used: ${reason}.`, { cause });
}
