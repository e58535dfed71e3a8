// A client of one gateway: asks for posts, again and again, and looks at the names in the answers.
import { Agent, get } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import type { PostList } from 'contracts/types';
import { scrape } from '../bench/scrape.ts';
import { count, type Look, type Seen, type Tally } from './figures.ts';
import type { Strategy } from './plan.ts';
import type { Listening } from '../process.ts';
import type { Author } from './users.ts';

type Running = Required<Listening>;

/** A gateway, and its strategy. */
export interface Gateway extends Running {
  readonly strategy: Strategy;
}

/** Whose posts may be asked for. */
export type Pool = readonly { readonly post: number; readonly author: Author }[];

export const poolOf = (people: readonly Author[]): Pool =>
  people.flatMap((author) => author.posts.map((post) => ({ post, author })));

const agent = new Agent({ keepAlive: true });
const CLIENTS = 8;
/** Between an answer and the next question, so that latency is that of a system at ease. */
const REST_MS = 30;
const PATIENCE_MS = 5_000;

function text(url: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = get(url, { agent, timeout: PATIENCE_MS }, (answer) => {
      let body = '';
      answer.setEncoding('utf8').on('data', (part: string) => (body += part));
      answer.once('end', () => {
        if (answer.statusCode === 200) resolve(body);
        else reject(new Error(`the gateway answered ${answer.statusCode}: ${body}`));
      });
      answer.once('error', reject);
    });
    request.once('timeout', () => request.destroy(new Error('the gateway did not answer')));
    request.once('error', reject);
  });
}

/** So many of them by chance, none of them twice. */
export function some<T>(all: readonly T[], size: number): T[] {
  const picked = new Set<T>();
  while (picked.size < Math.min(size, all.length))
    picked.add(all[Math.floor(Math.random() * all.length)]!);
  return [...picked];
}

/** An answer that is no 200, or lacks a post, has failed: names may be missing, posts never. */
export async function ask(gateway: Running, pool: Pool, size: number): Promise<Seen> {
  const asked = some(pool, size);
  const ids = asked.map(({ post }) => post).join(',');
  const askedAt = performance.now();
  const body = await text(`${gateway.url}/api/posts?ids=${ids}`).catch(() => '{"items":[]}');
  const tookMs = performance.now() - askedAt;
  const { items } = JSON.parse(body) as PostList;
  return {
    tookMs,
    failed: items.length !== asked.length,
    named: items.filter(({ author }) => author !== null).length,
    right: items.filter(({ author }, at) => author?.username === asked[at]!.author.name).length,
  };
}

/** Requests that the gateway has sent for answers so far; reading the log and the keys belongs to none. */
async function attempts({ adminUrl }: Running): Promise<number> {
  return (await scrape(adminUrl))
    .filter(({ name }) => name === 'gateway_upstream_attempt_duration_seconds_count')
    .filter(({ labels }) => !['log', 'keys'].includes(labels['operation'] ?? ''))
    .reduce((sum, { value }) => sum + value, 0);
}

/** Does `act`, and adds the requests that the gateway sent meanwhile. */
export async function counted(
  gateway: Running,
  tally: Tally,
  act: () => Promise<unknown>,
): Promise<void> {
  const before = await attempts(gateway);
  await act();
  tally.attempts += (await attempts(gateway)) - before;
}

/** Several clients ask for `ms` milliseconds. */
export function load(gateway: Gateway, pool: Pool, tally: Tally, ms: number): Promise<void> {
  return counted(gateway, tally, async () => {
    const endsAt = performance.now() + ms;
    const client = async (_: unknown, index: number): Promise<void> => {
      // Not all at once.
      await pause((REST_MS / CLIENTS) * index);
      do {
        count(tally, await ask(gateway, pool, tally.size));
        await pause(REST_MS);
      } while (performance.now() < endsAt);
    };
    await Promise.all(Array.from({ length: CLIENTS }, client));
  });
}

/** Looks at one author's posts until `ends`; answers count only when there is a tally. */
export async function watch(
  gateway: Gateway,
  author: Author,
  size: number,
  ends: () => boolean,
  tally?: Tally,
): Promise<Look[]> {
  const looks: Look[] = [];
  const look = async (): Promise<void> => {
    do {
      const askedAt = performance.now();
      const seen = await ask(gateway, poolOf([author]), size);
      looks.push({ askedAt, old: seen.right < size });
      if (tally !== undefined) count(tally, seen);
      await pause(REST_MS / 3);
    } while (!ends());
  };
  if (tally === undefined) await look();
  else await counted(gateway, tally, look);
  return looks;
}
