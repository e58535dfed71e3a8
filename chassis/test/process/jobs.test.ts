// Work that is done again and again.
import { expect, test } from '@jest/globals';
import { startJobs } from 'chassis/process/jobs';
import { memoryLog } from 'chassis/testing/memory-log';

const runs = (times: number) => {
  let count = 0;
  const { promise, resolve } = Promise.withResolvers<void>();
  return {
    done: promise,
    count: () => count,
    run: async (): Promise<void> => {
      count += 1;
      if (count === times) resolve();
      if (count === 1) throw new Error('the first one fails');
    },
  };
};

test('a job waits until all is ready, and one that failed is logged and runs again', async () => {
  const { log, lines } = memoryLog();
  const ready = Promise.withResolvers<void>();
  const job = runs(3);
  const end = startJobs([{ name: 'clear', everyMs: 1, run: job.run }], ready.promise, log);
  expect(job.count()).toBe(0);
  ready.resolve();
  await job.done;
  await end();
  expect(lines).toEqual([
    expect.objectContaining({ job: 'clear', msg: 'job failed; it runs again at its next time' }),
  ]);
});

test('ending waits for a job that is running, and it does not run again', async () => {
  const { log } = memoryLog();
  const started = Promise.withResolvers<void>();
  const finish = Promise.withResolvers<void>();
  let ended = false;
  const run = async (): Promise<void> => {
    started.resolve();
    await finish.promise;
    ended = true;
  };
  const end = startJobs([{ name: 'slow', everyMs: 1, run }], Promise.resolve(), log);
  await started.promise;
  const over = end();
  finish.resolve();
  await over;
  expect(ended).toBe(true);
});

test('a service that stops before it is ready runs none', async () => {
  const { log } = memoryLog();
  const ready = Promise.withResolvers<void>();
  const job = runs(1);
  const end = startJobs([{ name: 'never', everyMs: 1, run: job.run }], ready.promise, log);
  const over = end();
  ready.resolve();
  await over;
  expect(job.count()).toBe(0);
});
