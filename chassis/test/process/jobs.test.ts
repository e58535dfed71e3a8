// Periodic jobs.
import { expect, test } from '@jest/globals';
import { startJobs } from 'chassis/process/jobs';
import { memoryLog } from 'chassis/testing/memory-log';

const countedJob = (times: number) => {
  let count = 0;
  const { promise, resolve } = Promise.withResolvers<void>();
  return {
    done: promise,
    count: () => count,
    run: async (): Promise<void> => {
      count += 1;
      if (count === times) resolve();
      if (count === 1) throw new Error('the first run fails');
    },
  };
};

test('starts a job when the service is ready, and logs and repeats a job that failed', async () => {
  const { log, lines } = memoryLog();
  const ready = Promise.withResolvers<void>();
  const job = countedJob(3);
  const end = startJobs([{ name: 'clear', everyMs: 1, run: job.run }], ready.promise, log);
  expect(job.count()).toBe(0);
  ready.resolve();
  await job.done;
  await end();
  expect(lines).toEqual([
    expect.objectContaining({ job: 'clear', msg: 'job failed; it runs again at its next time' }),
  ]);
});

test('waits for a running job at the end, and does not run it again', async () => {
  const { log } = memoryLog();
  const started = Promise.withResolvers<void>();
  const finish = Promise.withResolvers<void>();
  let [runs, ended] = [0, false];
  const run = async (): Promise<void> => {
    runs += 1;
    started.resolve();
    await finish.promise;
    ended = true;
  };
  const end = startJobs([{ name: 'slow', everyMs: 1, run }], Promise.resolve(), log);
  await started.promise;
  const ending = end();
  finish.resolve();
  await ending;
  // The job would have begun its next run before the end, as it repeats until then.
  expect([runs, ended]).toEqual([1, true]);
});

test('runs no job when the service stops before it is ready', async () => {
  const { log } = memoryLog();
  const ready = Promise.withResolvers<void>();
  const job = countedJob(1);
  const end = startJobs([{ name: 'never', everyMs: 1, run: job.run }], ready.promise, log);
  const ending = end();
  ready.resolve();
  await ending;
  expect(job.count()).toBe(0);
});
