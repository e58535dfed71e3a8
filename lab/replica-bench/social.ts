// Starts a new Social for each measurement, and measures the time for its replica and the peak of its memory.
import { type GeneratedFeed, usernameOf } from 'chassis/testing/generated-feed';
import { until } from 'chassis/testing/until';
import { peakMemory, resetPeakMemory, startService, stop } from '../process.ts';

export interface Measured {
  /** The time from the start of the process until Social is ready, in seconds. */
  readonly readyS: number;
  /** The peak of resident memory in this time, in MB. */
  readonly readyMb: number;
  /** The time of a rebuild, while the first generation is served, in seconds. */
  readonly rebuiltS: number;
  /** The peak of resident memory until the end of the rebuild, in MB. */
  readonly rebuiltMb: number;
}

/** A replica of two million users takes minutes. */
const LIMIT_MS = 3_600_000;
/** Without a limit, V8 delays garbage collection more and more. With half of this limit, it does little else. */
const HEAP = '--max-old-space-size=256';

/** Creates the database, which needs more memory than everything after it. */
export async function prepare(env: Readonly<Record<string, string>>): Promise<void> {
  const { child, adminUrl } = await startSocial({ ...env, IDENTITY_URL: 'http://127.0.0.1:1' });
  await until(
    'the tables are created',
    async () => /user event log/.test(await (await fetch(`${adminUrl}/readyz`)).text()),
    LIMIT_MS,
  );
  await stop(child);
}

/** Measures one Social. @throws when the replica differs from the log */
export async function measure(
  log: GeneratedFeed,
  env: Readonly<Record<string, string>>,
): Promise<Measured> {
  const startedAt = performance.now();
  const { child, url, adminUrl } = await startSocial({ ...env, IDENTITY_URL: log.url });
  try {
    // Opening an embedded database needs more memory than everything after it.
    await until(
      'Social consumes events',
      async () => (await stateAt(adminUrl)).position > 0,
      LIMIT_MS,
    );
    resetPeakMemory(child);
    await until('Social is ready', async () => (await fetch(`${adminUrl}/readyz`)).ok, LIMIT_MS);
    const readyS = (performance.now() - startedAt) / 1000;
    const readyMb = peakMemory(child);
    await check(url, log);

    const rebuildStartedAt = performance.now();
    await fetch(`${adminUrl}/authors/rebuild`, { method: 'POST' });
    await until(
      'the replica is rebuilt',
      async () => !(await stateAt(adminUrl)).rebuilding,
      LIMIT_MS,
    );
    const rebuiltS = (performance.now() - rebuildStartedAt) / 1000;
    await check(url, log);
    return { readyS, readyMb, rebuiltS, rebuiltMb: peakMemory(child) };
  } finally {
    await stop(child);
  }
}

const startSocial = (env: Readonly<Record<string, string>>) =>
  startService('social-service', { env, flags: [HEAP] });

const stateAt = async (adminUrl: string) =>
  (await (await fetch(`${adminUrl}/authors`)).json()) as { position: number; rebuilding: boolean };

async function check(url: string, { users }: GeneratedFeed): Promise<void> {
  const ids = Array.from({ length: 100 }, (_, n) => Math.ceil(((n + 1) * users) / 100));
  const response = await fetch(`${url}/api/authors?ids=${ids.join()}`);
  const { items } = (await response.json()) as { items: { id: number; username: string }[] };
  if (items.length !== ids.length || items.some(({ id, username }) => username !== usernameOf(id)))
    throw new Error('the replica differs from the user event log');
}
