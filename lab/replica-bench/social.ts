// A Social of its own for each measurement: how long its copy takes, and the most memory that the process had.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { type GeneratedFeed, usernameOf } from 'chassis/testing/generated-feed';

export interface Measured {
  /** From the start of the process until it is ready, in seconds. */
  readonly readyS: number;
  readonly readyMb: number;
  /** The same for a second copy that is made while the first is served. */
  readonly rebuiltS: number;
  readonly rebuiltMb: number;
}

const POLL_MS = 50;
/** By itself, V8 collects garbage later and later. With half of this, it does little else. */
const HEAP = '--max-old-space-size=256';
const main = join(import.meta.dirname, '../../social-service/src/main.ts');

/** Makes the database, which takes more memory than anything that comes after. */
export async function prepare(env: Readonly<Record<string, string>>): Promise<void> {
  const { child, adminUrl } = await startSocial({ ...env, IDENTITY_URL: 'http://127.0.0.1:1' });
  await until(async () => /copy/.test(await (await fetch(`${adminUrl}/readyz`)).text()));
  await end(child);
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
    await until(async () => (await stateAt(adminUrl)).position > 0);
    forgetPeak(child);
    await until(async () => (await fetch(`${adminUrl}/readyz`)).ok);
    const readyS = (performance.now() - startedAt) / 1000;
    const readyMb = peakOf(child);
    await check(url, log);

    const rebuildAt = performance.now();
    await fetch(`${adminUrl}/authors/rebuild`, { method: 'POST' });
    await until(async () => !(await stateAt(adminUrl)).rebuilding);
    const rebuiltS = (performance.now() - rebuildAt) / 1000;
    await check(url, log);
    return { readyS, readyMb, rebuiltS, rebuiltMb: peakOf(child) };
  } finally {
    await end(child);
  }
}

async function startSocial(env: Readonly<Record<string, string>>) {
  const child = spawn(process.execPath, [HEAP, main], {
    env: { PATH: process.env['PATH'], PORT: '0', ADMIN_PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  running.add(child);
  return { child, ...(await listening(createInterface({ input: child.stdout }))) };
}

const stateAt = async (adminUrl: string) =>
  (await (await fetch(`${adminUrl}/authors`)).json()) as { position: number; rebuilding: boolean };

async function end(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit');
  if (child.exitCode === null && child.signalCode === null && child.kill('SIGTERM')) await ended;
  running.delete(child);
}

const running = new Set<ChildProcess>();
/** What is being measured fails then. */
export const killAll = (): void => {
  for (const child of running) child.kill('SIGKILL');
};

async function listening(
  lines: AsyncIterable<string>,
): Promise<{ readonly url: string; readonly adminUrl: string }> {
  for await (const text of lines) {
    const line = JSON.parse(text) as { msg: string; url: string; adminUrl: string };
    if (line.msg === 'listening') return line;
  }
  throw new Error('Social did not start');
}

async function until(ask: () => Promise<boolean>): Promise<void> {
  while (!(await ask())) await pause(POLL_MS);
}

async function check(url: string, { users }: GeneratedFeed): Promise<void> {
  const ids = Array.from({ length: 100 }, (_, n) => Math.ceil(((n + 1) * users) / 100));
  const answer = await fetch(`${url}/api/authors?ids=${ids.join()}`);
  const { items } = (await answer.json()) as { items: { id: number; username: string }[] };
  if (items.length !== ids.length || items.some(({ id, username }) => username !== usernameOf(id)))
    throw new Error('The copy is not what the log says');
}

/** From now on, the most is what comes. */
const forgetPeak = ({ pid }: ChildProcess): void => writeFileSync(`/proc/${pid}/clear_refs`, '5');

/** The most memory that the process had (resident), in MB; Linux knows. */
function peakOf({ pid }: ChildProcess): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Math.round(Number(/VmHWM:\s+(\d+) kB/.exec(status)![1]) / 1024);
}
