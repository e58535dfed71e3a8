// One process of `npm start`: its lines with its name before them, how it ended, and its end.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { styleText } from 'node:util';
import type { Plan } from './plan.ts';

export interface Child {
  readonly plan: Plan;
  readonly alive: boolean;
  /** How it ended, in words: "exit code 1", "SIGKILL". Never rejects. */
  readonly ended: Promise<string>;
  /** Asks it to stop; resolves when it has ended. After `limitMs` it is killed, with all that it started. */
  stop(limitMs: number): Promise<void>;
}

const COLOURS = { gateway: 'cyan', identity: 'magenta', social: 'yellow' } as const;

/** Starts the process in its workspace's folder, under the very Node that runs this file. */
export function startChild(plan: Plan, root: string, watch: boolean): Child {
  const watching = watch ? ['--watch', '--watch-preserve-output'] : [];
  const leash = join(import.meta.dirname, 'leash.ts');
  // A process group of its own: a terminal's Ctrl-C reaches the launcher only, which then asks once.
  const cwd = join(root, plan.workspace);
  // Its whole path, so that a list of processes tells which service it is.
  const child = spawn(
    process.execPath,
    [...watching, '--import', leash, join(cwd, 'src/main.ts')],
    {
      cwd,
      env: { ...process.env, ...plan.env },
      stdio: 'pipe',
      detached: true,
    },
  );
  forward(child.stdout, process.stdout, plan.name);
  forward(child.stderr, process.stderr, plan.name);

  let alive = true;
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    // `close` comes after the last line, `exit` may come before it.
    child.once('close', (code, signal) => resolve(signal ?? `exit code ${code}`));
  }).finally(() => {
    alive = false;
  });

  return {
    plan,
    ended,
    get alive() {
      return alive;
    },
    async stop(limitMs) {
      if (!alive) return;
      child.kill('SIGTERM');
      const limit = setTimeout(() => process.kill(-child.pid!, 'SIGKILL'), limitMs);
      await ended;
      clearTimeout(limit);
    },
  };
}

function forward(from: Readable, to: NodeJS.WriteStream, name: Plan['name']): void {
  const prefix = styleText(COLOURS[name], `${name.padEnd(8)} │`, { stream: to });
  createInterface({ input: from }).on('line', (line) => to.write(`${prefix} ${line}\n`));
}
