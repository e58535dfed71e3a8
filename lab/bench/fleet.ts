// All processes of a run: the upstream stubs, the load generator, and the servers that are compared.
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { isDeepStrictEqual } from 'node:util';
import type { LoadOrder, LoadResult } from './load.ts';
import { ask, listening, start, stop } from '../process.ts';
import type { UpstreamsState } from './peers/upstreams.ts';
import { post, POSTS, stitched, stitchedPage, targetOf } from './fixtures.ts';

/**
 * What a server's answer to GET /api/posts/{id} holds: the post with its author, with none, or Social's own. Those that
 * tell authors tell whole feeds too.
 */
export type Answers = 'whole' | 'authorless' | 'plain';

export interface Server {
  readonly child: ChildProcess;
  readonly url: string;
  /** The gateway's; the others have none. */
  readonly adminUrl: string | undefined;
  readonly answers: Answers;
}

export interface ServerOptions {
  readonly answers: Answers;
  readonly env?: Readonly<Record<string, string>>;
  readonly flags?: readonly string[];
}

// A machine that stalls for longer than the gateway waits for an author makes a few answers degraded, and rightly so.
const STALLS = 0.005;

/**
 * For gateways that are asked for cold feeds: a stall is then in every page that is on its way, and these are too large a
 * part of all. They wait for authors longer, so that a stall makes them late and not degraded.
 */
export const PATIENT = { AUTHOR_DEADLINE_MS: '1000' };

const PRODUCTION = { NODE_ENV: 'production' };

const PROBES = [1, 5, 42, 999, 1_000, 9_999, 10_000];
const FEED_PROBES = [21, 1_010, POSTS + 1, POSTS + 21, 99_999_999];

/** @throws when an answer is not exactly what this server should say. */
async function probe({ url, answers }: Server, token: string): Promise<void> {
  const check = async (path: string, expected: object, headers = {}): Promise<void> => {
    const response = await fetch(url + path, { headers });
    const got: unknown = JSON.parse(await response.text());
    if (response.status !== 200 || !isDeepStrictEqual(got, expected))
      throw new Error(`${path} came as ${response.status} ${JSON.stringify(got)}`);
  };
  for (const id of PROBES)
    await check(targetOf('uniform', id), answers === 'plain' ? post(id) : stitched(id, answers));
  if (answers !== 'whole') return;
  for (const cursor of FEED_PROBES)
    await check(targetOf('feed warm', cursor), stitchedPage(cursor), {
      Authorization: `Bearer ${token}`,
    });
}

export class Fleet {
  readonly #upstreams: ChildProcess;
  readonly #load: ChildProcess;
  readonly #addresses: Readonly<Record<string, string>>;
  readonly #token: string;
  readonly #servers: Server[] = [];

  private constructor(upstreams: ChildProcess, load: ChildProcess, state: UpstreamsState) {
    this.#upstreams = upstreams;
    this.#load = load;
    this.#token = state.token;
    this.#addresses = {
      IDENTITY_URL: state.identityUrl,
      SOCIAL_URL: state.socialUrl,
      // The stubs keep neither a log nor a copy.
      AUTHOR_STRATEGY: 'aggregate',
      FOLLOW_LOG: 'false',
    };
  }

  static async start(): Promise<Fleet> {
    const options = { env: PRODUCTION, cores: 'rest', logs: false } as const;
    const upstreams = start('lab/bench/peers/upstreams.ts', options);
    const load = start('lab/bench/load.ts', options);
    const [state] = (await once(upstreams, 'message')) as [UpstreamsState];
    return new Fleet(upstreams, load, state);
  }

  /** Starts a server and sees that it answers as it should. */
  async add(file: string, { answers, env = {}, flags = [] }: ServerOptions): Promise<Server> {
    const settings = { ...PRODUCTION, ...this.#addresses, ...env };
    const child = start(file, { cores: 'server', logs: true, flags, env: settings });
    const { url, adminUrl } = await listening(child);
    const server = { child, url, adminUrl, answers };
    this.#servers.push(server);
    if (answers === 'authorless') await openBreaker(adminUrl!);
    await probe(server, this.#token);
    return server;
  }

  /** @throws when an answer was not a 200, or answers were not as whole as this server's should be. */
  async load(server: Server, order: Omit<LoadOrder, 'url' | 'token'>): Promise<LoadResult> {
    const result = await ask<LoadResult>(this.#load, {
      ...order,
      url: server.url,
      token: this.#token,
    });
    if (result.errors > 0)
      throw new Error(`${result.errors} errors, the first: ${result.firstError}`);
    const authorless = result.authorless / result.requests;
    const wrong = server.answers === 'authorless' ? 1 - authorless : authorless;
    if (wrong > STALLS) throw new Error(`${result.authorless} of ${result.requests} had no author`);
    return result;
  }

  /** How many requests the upstreams have seen so far. */
  upstreams(): Promise<UpstreamsState> {
    return ask<UpstreamsState>(this.#upstreams, {});
  }

  async stop(): Promise<void> {
    for (const { child } of this.#servers) await stop(child);
    await Promise.all([stop(this.#load), stop(this.#upstreams)]);
  }
}

/** From now on this gateway asks Identity for nothing. */
async function openBreaker(adminUrl: string): Promise<void> {
  const response = await fetch(`${adminUrl}/breakers/identity/open`, { method: 'POST' });
  if (!response.ok) throw new Error(`the breaker did not open: ${response.status}`);
}
