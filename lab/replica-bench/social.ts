// A Social of its own for each measurement: how long its copy takes, and the most memory that the process had.
import { type GeneratedFeed, usernameOf } from 'chassis/testing/generated-feed';
import { until } from 'chassis/testing/until';
import { peakMemory, resetPeakMemory, startService, stop } from '../process.ts';

export interface Measured {
  /** From the start of the process until it is ready, in seconds. */
  readonly readyS: number;
  readonly readyMb: number;
  /** The same for a second copy that is made while the first is served. */
  readonly rebuiltS: number;
  readonly rebuiltMb: number;
}

/** A replica of two million users takes minutes. */
const LIMIT_MS = 3_600_000;
/** By itself, V8 collects garbage later and later. With half of this, it does little else. */
const HEAP = '--max-old-space-size=256';

/** Makes the database, which takes more memory than anything that comes after. */
export async function prepare(env: Readonly<Record<string, string>>): Promise<void> {
  const { child, adminUrl } = await startSocial({ ...env, IDENTITY_URL: 'http://127.0.0.1:1' });
  await until(
    'the tables are made',
    async () => /user event log/.test(await (await fetch(`${adminUrl}/readyz`)).text()),
    LIMIT_MS,
  );
  await stop(child);
}

/** @throws when the copy is not what the log says */
export async function measure(
  log: GeneratedFeed,
  env: Readonly<Record<string, string>>,
): Promise<Measured> {
  const startedAt = performance.now();
  const { child, url, adminUrl } = await startSocial({ ...env, IDENTITY_URL: log.url });
  try {
    // An embedded database takes more memory while it is opened than ever after.
    await until('it consumes', async () => (await stateAt(adminUrl)).position > 0, LIMIT_MS);
    resetPeakMemory(child);
    await until('it is ready', async () => (await fetch(`${adminUrl}/readyz`)).ok, LIMIT_MS);
    const readyS = (performance.now() - startedAt) / 1000;
    const readyMb = peakMemory(child);
    await check(url, log);

    const rebuildAt = performance.now();
    await fetch(`${adminUrl}/authors/rebuild`, { method: 'POST' });
    await until('it is rebuilt', async () => !(await stateAt(adminUrl)).rebuilding, LIMIT_MS);
    const rebuiltS = (performance.now() - rebuildAt) / 1000;
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
  const answer = await fetch(`${url}/api/authors?ids=${ids.join()}`);
  const { items } = (await answer.json()) as { items: { id: number; username: string }[] };
  if (items.length !== ids.length || items.some(({ id, username }) => username !== usernameOf(id)))
    throw new Error('The copy is not what the log says');
}
