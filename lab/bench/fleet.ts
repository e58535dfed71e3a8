// All processes of a run: the upstream stubs, the load generator, and the servers that are compared.
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { isDeepStrictEqual } from 'node:util';
import type { LoadOptions, LoadResult } from './load.ts';
import type { OpenLoadOptions, OpenLoadResult } from './open-load.ts';
import { raisePriority } from '../confine.ts';
import { listening, request, start, stop } from '../process.ts';
import type { UpstreamsState } from './peers/upstreams.ts';
import { post, POSTS, stitched, stitchedPage, targetOf } from './fixtures.ts';

/**
 * How a server answers GET /api/posts/{id}: the post with its author, without its author, or as Social sends it.
 * Servers with complete answers also serve feeds.
 */
export type Answers = 'complete' | 'authorless' | 'plain';

export interface Server {
  readonly child: ChildProcess;
  readonly url: string;
  /** undefined for servers that are no gateway. */
  readonly adminUrl: string | undefined;
  readonly answers: Answers;
}

export interface ServerOptions {
  readonly answers: Answers;
  readonly env?: Readonly<Record<string, string>>;
  readonly flags?: readonly string[];
}

// The allowed share of degraded answers: a machine that stalls for longer than the author deadline degrades some rightly.
const DEGRADED_ALLOWED = 0.005;

/**
 * For gateways with cold feeds: a stall of the machine affects every page in flight, which are too large a share of all.
 * With this deadline, a stall makes pages late and not degraded.
 */
export const LONG_DEADLINE = { AUTHOR_DEADLINE_MS: '1000' };

const PRODUCTION = { NODE_ENV: 'production' };
const GENERATOR = { env: PRODUCTION, cores: 'rest', logs: false } as const;

const CHECKED_POSTS = [1, 5, 42, 999, 1_000, 9_999, 10_000];
const CHECKED_CURSORS = [21, 1_010, POSTS + 1, POSTS + 21, 99_999_999];

/** Requests some posts and pages. @throws when an answer is not exactly the expected one */
async function checkAnswers({ url, answers }: Server, token: string): Promise<void> {
  const check = async (path: string, expected: object, headers = {}): Promise<void> => {
    const response = await fetch(url + path, { headers });
    const answer: unknown = JSON.parse(await response.text());
    if (response.status !== 200 || !isDeepStrictEqual(answer, expected))
      throw new Error(`unexpected answer to ${path}: ${response.status} ${JSON.stringify(answer)}`);
  };
  for (const id of CHECKED_POSTS)
    await check(targetOf('uniform', id), answers === 'plain' ? post(id) : stitched(id, answers));
  if (answers !== 'complete') return;
  for (const cursor of CHECKED_CURSORS)
    await check(targetOf('feed warm', cursor), stitchedPage(cursor), {
      Authorization: `Bearer ${token}`,
    });
}

export class Fleet {
  readonly #upstreams: ChildProcess;
  readonly #load: ChildProcess;
  #openLoad: ChildProcess | undefined;
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
      // The stubs have neither a user event log nor a replica.
      AUTHOR_STRATEGY: 'aggregate',
      FOLLOW_LOG: 'false',
      // Requests are counted, as in production, but all of them come from one address.
      REQUESTS_PER_ADDRESS: '1000000000',
      REQUESTS_PER_USER: '1000000000',
    };
  }

  static async start(): Promise<Fleet> {
    const upstreams = start('lab/bench/peers/upstreams.ts', GENERATOR);
    const load = start('lab/bench/load.ts', GENERATOR);
    const [state] = (await once(upstreams, 'message')) as [UpstreamsState];
    return new Fleet(upstreams, load, state);
  }

  /** Starts a server. @throws when its answers are not the expected ones */
  async add(file: string, { answers, env = {}, flags = [] }: ServerOptions): Promise<Server> {
    const settings = { ...PRODUCTION, ...this.#addresses, ...env };
    const child = start(file, { cores: 'server', logs: true, flags, env: settings });
    const { url, adminUrl } = await listening(child);
    const server = { child, url, adminUrl, answers };
    this.#servers.push(server);
    if (answers === 'authorless') await openBreaker(adminUrl!);
    await checkAnswers(server, this.#token);
    return server;
  }

  /** Runs the load generator. @throws when an answer is not a 200, or too many answers lack (or have) an author */
  async load(server: Server, options: Omit<LoadOptions, 'url' | 'token'>): Promise<LoadResult> {
    const result = await request<LoadResult>(this.#load, {
      ...options,
      url: server.url,
      token: this.#token,
    });
    if (result.errors > 0)
      throw new Error(`${result.errors} requests failed, the first: ${result.firstError}`);
    const authorless = result.authorless / result.requests;
    const degraded = server.answers === 'authorless' ? 1 - authorless : authorless;
    if (degraded > DEGRADED_ALLOWED)
      throw new Error(`${result.authorless} of ${result.requests} answers had no author`);
    return result;
  }

  /** Runs the open loop. Refusals are results, not errors. */
  openLoad(
    server: Server,
    options: Omit<OpenLoadOptions, 'url' | 'token'>,
  ): Promise<OpenLoadResult> {
    if (this.#openLoad === undefined) {
      this.#openLoad = start('lab/bench/open-load.ts', GENERATOR);
      for (const child of [this.#openLoad, this.#upstreams]) raisePriority(child);
    }
    return request(this.#openLoad, { ...options, url: server.url, token: this.#token });
  }

  /** Returns the upstreams' addresses, and the number of requests so far. */
  upstreams(): Promise<UpstreamsState> {
    return request<UpstreamsState>(this.#upstreams, {});
  }

  async stop(): Promise<void> {
    for (const { child } of this.#servers) await stop(child);
    for (const child of [this.#openLoad, this.#load, this.#upstreams]) if (child) await stop(child);
  }
}

/** Forces the breaker open, so that this gateway sends no more requests to Identity. */
async function openBreaker(adminUrl: string): Promise<void> {
  const response = await fetch(`${adminUrl}/breakers/identity/open`, { method: 'POST' });
  if (!response.ok) throw new Error(`forcing the breaker open failed: ${response.status}`);
}
