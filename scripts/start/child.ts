// One process of `npm start`: starts it, prefixes its output lines with its name, and stops it.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { styleText } from 'node:util';
import type { Plan } from './plan.ts';

export interface Child {
  readonly plan: Plan;
  readonly alive: boolean;
  /** Resolves with how it ended: "exit code 1", "SIGKILL". Never rejects. */
  readonly ended: Promise<string>;
  /** Sends SIGTERM, and after `limitMs` SIGKILL to its process group. Resolves when it has ended. */
  stop(limitMs: number): Promise<void>;
}

const COLOURS = { gateway: 'cyan', identity: 'magenta', social: 'yellow' } as const;

/** Starts a process in the folder of its workspace, with the Node that runs this file. */
export function startChild(plan: Plan, root: string, watch: boolean): Child {
  const watching = watch ? ['--watch', '--watch-preserve-output'] : [];
  const preload = join(import.meta.dirname, 'exit-with-parent.ts');
  const cwd = join(root, plan.workspace);
  // The complete path shows in a list of processes which service this is.
  const child = spawn(
    process.execPath,
    [...watching, '--import', preload, join(cwd, 'src/main.ts')],
    {
      cwd,
      env: { ...process.env, ...plan.env },
      stdio: 'pipe',
      // A process group of its own: Ctrl-C in a terminal reaches only the launcher, which then sends one signal.
      detached: true,
    },
  );
  forward(child.stdout, process.stdout, plan.name);
  forward(child.stderr, process.stderr, plan.name);

  let alive = true;
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    // `close` comes after the last line; `exit` may come before it.
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
