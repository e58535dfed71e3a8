// Recurring work of a process, such as deleting expired rows.
import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from '../observability/log.ts';

export interface Job {
  readonly name: string;
  readonly everyMs: number;
  /** May run on several instances at once. A failure is logged; the job runs again after `everyMs`. */
  readonly run: () => Promise<void>;
}

/**
 * Runs each job once `ready` resolves, and again `everyMs` after each run ended.
 * @returns a function that stops the jobs and waits for those that are running
 */
export function startJobs(
  jobs: readonly Job[],
  ready: Promise<void>,
  log: Logger,
): () => Promise<void> {
  const stopping = new AbortController();
  const { signal } = stopping;
  const keepRunning = async ({ name, everyMs, run }: Job): Promise<void> => {
    await ready;
    while (!signal.aborted) {
      try {
        await run();
      } catch (error) {
        if (!signal.aborted)
          log.warn({ job: name, err: error }, 'job failed; it runs again at its next time');
      }
      await pause(everyMs, undefined, { signal, ref: false }).catch(() => undefined);
    }
  };
  const running = Promise.all(jobs.map(keepRunning));
  return async () => {
    stopping.abort();
    await running;
  };
}
