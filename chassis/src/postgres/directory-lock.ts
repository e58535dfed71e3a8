// A lock on a data directory, so that no two processes ever write into it.
// It is an operating system's file lock, taken by SQLite: the kernel releases it when the process dies, however it dies.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { StartupError } from '../base/startup-error.ts';

const SQLITE_BUSY = 5;
// Keeps each holder alive: the garbage collector would close it, and that releases the lock.
const holders = new Set<DatabaseSync>();

/** A directory that is ours until `release`. */
export interface DirectoryLock {
  release(): void;
}

/**
 * Makes the directory when it is missing, and locks it.
 * @throws StartError when another process holds it, or when it cannot be written to.
 */
export function lockDirectory(directory: string): DirectoryLock {
  const pidFile = join(directory, 'lock.pid');
  let holder: DatabaseSync;
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    // This file stays empty, and nobody else may open it: closing any handle of it would release the lock.
    holder = new DatabaseSync(join(directory, 'lock'));
  } catch (error) {
    throw cannotUse(directory, error);
  }
  try {
    holder.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
    // The pid is for people only; the lock does not depend on it.
    writeFileSync(pidFile, `${process.pid}\n`);
  } catch (error) {
    holder.close();
    if ((error as { errcode?: number }).errcode === SQLITE_BUSY) throw held(directory, pidFile);
    throw cannotUse(directory, error);
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

function held(directory: string, pidFile: string): StartupError {
  let who = 'another process';
  try {
    who = `process ${Number.parseInt(readFileSync(pidFile, 'utf8'), 10) || 'unknown'}`;
  } catch {
    // The holder has just started, or is just ending.
  }
  return new StartupError(
    `The data directory ${directory} is in use by ${who}. Stop that one, or set another DATA_DIR.`,
  );
}

function cannotUse(directory: string, cause: unknown): StartupError {
  const { code, message } = cause as NodeJS.ErrnoException;
  const reason = code === undefined || code === 'ERR_SQLITE_ERROR' ? message : code;
  return new StartupError(`The data directory ${directory} cannot be used: ${reason}.`, { cause });
}
