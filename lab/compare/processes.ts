// The real processes of a comparison, on free ports; each ends with this one, even by SIGKILL.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export interface Running {
  readonly url: string;
  readonly adminUrl: string;
}

const root = join(import.meta.dirname, '../..');
const children: ChildProcess[] = [];

/** Starts a workspace's service; resolves when it listens. @throws when it ends before */
export function start(workspace: string, env: Readonly<Record<string, string>>): Promise<Running> {
  const cwd = join(root, workspace);
  const leash = join(root, 'scripts/start/leash.ts');
  const child = spawn(process.execPath, ['--import', leash, join(cwd, 'src/main.ts')], {
    cwd,
    env: { PATH: process.env['PATH'], PORT: '0', ADMIN_PORT: '0', ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  children.push(child);
  return new Promise((resolve, reject) => {
    child.once('exit', (code, signal) =>
      reject(new Error(`${workspace} ended before it listened: ${signal ?? code}`)),
    );
    createInterface({ input: child.stdout }).on('line', (line) => {
      // Later lines are read too, or the pipe would fill.
      if (line.includes('"msg":"listening"')) resolve(JSON.parse(line) as Running);
    });
  });
}

/** Ends all of them, and waits for that. */
export async function stopAll(): Promise<void> {
  const alive = children.filter(({ exitCode, signalCode }) => exitCode === null && !signalCode);
  await Promise.all(
    alive.map(async (child) => {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    }),
  );
}
