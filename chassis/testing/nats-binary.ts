// Where nats-server is installed.
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Finds nats-server on the PATH, or where Debian installs it; undefined when it is not there. */
export function findNatsServer(path: string): string | undefined {
  const folders = [...path.split(delimiter), '/usr/sbin'];
  return folders.map((folder) => join(folder, 'nats-server')).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
