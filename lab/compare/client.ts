// A client of one gateway: requests posts again and again, and checks the names in the answers.
import { Agent, get } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import type { PostList } from 'contracts/types';
import { scrape } from '../bench/scrape.ts';
import { count, type AnswerResult, type Observation, type Tally } from './figures.ts';
import type { Strategy } from './plan.ts';
import type { Listening } from '../process.ts';
import type { Author } from './users.ts';

type Running = Required<Listening>;

/** A gateway with its strategy. */
export interface Gateway extends Running {
  readonly strategy: Strategy;
}

/** The posts to choose from, with their authors. */
export type Pool = readonly { readonly post: number; readonly author: Author }[];

export const poolOf = (authors: readonly Author[]): Pool =>
  authors.flatMap((author) => author.posts.map((post) => ({ post, author })));

const agent = new Agent({ keepAlive: true });
const CLIENTS = 8;
/** The pause between an answer and the next request, so that latency is that of a system that is not busy. */
const PAUSE_MS = 30;
const TIMEOUT_MS = 5_000;

/** Requests a URL. @returns the body @throws when the answer is no 200, or does not come in time */
function getText(url: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = get(url, { agent, timeout: TIMEOUT_MS }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (part: string) => (body += part));
      response.once('end', () => {
        if (response.statusCode === 200) resolve(body);
        else reject(new Error(`the gateway answered ${response.statusCode}: ${body}`));
      });
      response.once('error', reject);
    });
    request.once('timeout', () => request.destroy(new Error('the gateway did not answer in time')));
    request.once('error', reject);
  });
}

/** Returns `size` random elements, each at most once; all of them when there are fewer. */
export function pickRandom<T>(all: readonly T[], size: number): T[] {
  const picked = new Set<T>();
  while (picked.size < Math.min(size, all.length))
    picked.add(all[Math.floor(Math.random() * all.length)]!);
  return [...picked];
}

/** Requests random posts. An answer has failed when it is no 200, or lacks a post: names may be missing, posts never. */
export async function requestPosts(
  gateway: Running,
  pool: Pool,
  size: number,
): Promise<AnswerResult> {
  const picked = pickRandom(pool, size);
  const ids = picked.map(({ post }) => post).join(',');
  const sentAt = performance.now();
  const body = await getText(`${gateway.url}/api/posts?ids=${ids}`).catch(() => '{"items":[]}');
  const tookMs = performance.now() - sentAt;
  const { items } = JSON.parse(body) as PostList;
  return {
    tookMs,
    failed: items.length !== picked.length,
    named: items.filter(({ author }) => author !== null).length,
    right: items.filter(({ author }, at) => author?.username === picked[at]!.author.name).length,
  };
}

/** Returns the number of requests that the gateway has sent for answers; without those for the log and the keys. */
async function attempts({ adminUrl }: Running): Promise<number> {
  return (await scrape(adminUrl))
    .filter(({ name }) => name === 'gateway_upstream_attempt_duration_seconds_count')
    .filter(({ labels }) => !['log', 'keys'].includes(labels['operation'] ?? ''))
    .reduce((sum, { value }) => sum + value, 0);
}

/** Runs `act`, and adds the gateway's requests during it to the tally. */
export async function countingAttempts(
  gateway: Running,
  tally: Tally,
  act: () => Promise<unknown>,
): Promise<void> {
  const before = await attempts(gateway);
  await act();
  tally.attempts += (await attempts(gateway)) - before;
}

/** Several clients send requests for `ms` milliseconds. */
export function load(gateway: Gateway, pool: Pool, tally: Tally, ms: number): Promise<void> {
  return countingAttempts(gateway, tally, async () => {
    const endsAt = performance.now() + ms;
    const client = async (_: unknown, index: number): Promise<void> => {
      // The clients start one after the other.
      await pause((PAUSE_MS / CLIENTS) * index);
      do {
        count(tally, await requestPosts(gateway, pool, tally.size));
        await pause(PAUSE_MS);
      } while (performance.now() < endsAt);
    };
    await Promise.all(Array.from({ length: CLIENTS }, client));
  });
}

/** Requests one author's posts until `ends` returns true. With a tally, the answers are counted. */
export async function watch(
  gateway: Gateway,
  author: Author,
  size: number,
  ends: () => boolean,
  tally?: Tally,
): Promise<Observation[]> {
  const observations: Observation[] = [];
  const observe = async (): Promise<void> => {
    do {
      const sentAt = performance.now();
      const result = await requestPosts(gateway, poolOf([author]), size);
      observations.push({ sentAt, old: result.right < size });
      if (tally !== undefined) count(tally, result);
      await pause(PAUSE_MS / 3);
    } while (!ends());
  };
  if (tally === undefined) await observe();
  else await countingAttempts(gateway, tally, observe);
  return observations;
}
