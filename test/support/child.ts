// Child processes that run a TypeScript file with this very Node.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface, type Interface } from 'node:readline';
import { afterAll, jest } from '@jest/globals';

// A process starts in half a second, but not on a machine that is busy with other things.
jest.setTimeout(60_000);
const running = new Set<ChildProcess>();
// None outlives the tests that started it, failed ones included.
afterAll(() => {
  for (const child of running) child.kill('SIGKILL');
});

export interface Child {
  readonly process: ChildProcess;
  readonly stdout: Interface;
  /** Exit code, or the signal that ended it, and everything it wrote to standard error. */
  readonly ended: Promise<{ readonly code: number | string; readonly stderr: string }>;
}

const { PATH, NODE_COMPILE_CACHE } = process.env;

/** Starts `file` with these variables, and none of ours but those that are about starting it. */
export function run(
  file: string,
  env: Readonly<Record<string, string>>,
  args: string[] = [],
): Child {
  const child = spawn(process.execPath, [file, ...args], {
    env: { PATH, NODE_COMPILE_CACHE, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  child.once('close', () => running.delete(child));
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  return {
    process: child,
    stdout: createInterface({ input: child.stdout }),
    ended: once(child, 'close').then(([code, signal]: unknown[]) => ({
      code: (code ?? signal) as number | string,
      stderr,
    })),
  };
}

/** The line of a child that logs JSON whose `msg` is this one. */
export function logged(child: Child, msg: string): Promise<Record<string, unknown>> {
  return new Promise((resolve, reject) => {
    child.stdout.on('line', (text) => {
      const line = JSON.parse(text) as Record<string, unknown>;
      if (line['msg'] === msg) resolve(line);
    });
    void child.ended.then(({ code, stderr }) =>
      reject(new Error(`it ended with ${code} before it said "${msg}": ${stderr}`)),
    );
  });
}
