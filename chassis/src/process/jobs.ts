// Work that a process does by itself, again and again, such as clearing up what is over.
import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from '../observability/log.ts';

export interface Job {
  readonly name: string;
  readonly everyMs: number;
  /** May run on several instances at once. When it fails, it is logged, and runs again at its next time. */
  readonly run: () => Promise<void>;
}

/**
 * Runs each job once `ready` resolves, and again `everyMs` after it ended.
 * @returns a function that ends them; it waits for those that are running
 */
export function startJobs(
  jobs: readonly Job[],
  ready: Promise<void>,
  log: Logger,
): () => Promise<void> {
  const ending = new AbortController();
  const { signal } = ending;
  const keepRunning = async ({ name, everyMs, run }: Job): Promise<void> => {
    await ready;
    while (!signal.aborted) {
      try {
        await run();
      } catch (error) {
        if (!signal.aborted) log.warn({ job: name, err: error }, 'a job failed');
      }
      await pause(everyMs, undefined, { signal, ref: false }).catch(() => undefined);
    }
  };
  const running = Promise.all(jobs.map(keepRunning));
  return async () => {
    ending.abort();
    await running;
  };
}
