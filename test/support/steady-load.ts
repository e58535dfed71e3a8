// Reads and writes of posts at a fixed rate, however fast the answers are; records every failure.
import { randomUUID } from 'node:crypto';
import { Agent } from 'node:http';
import { request, requestJson } from 'chassis/testing/http-client';
import type { Session } from 'contracts/types';

const TICK_MS = 5;
/** One request of so many is a write. */
const WRITE_EVERY = 10;
/** Posts of the demo data. */
const DEMO_POSTS = 8;
const PAGE = 100;

export interface LoadResult {
  /** Number of all requests. */
  readonly requests: number;
  /** Reads without a 200 and writes without a 201, and what they got instead. */
  readonly failures: readonly string[];
  /** The contents of the writes with a 201. */
  readonly written: readonly string[];
}

export interface SteadyLoad {
  /** Stops; resolves when every request has ended. */
  stop(): Promise<LoadResult>;
}

/**
 * Starts sending.
 * @param url of the gateways
 * @param perSecond number of requests, one of ten a write with an idempotency key of its own
 */
export function startSteadyLoad(
  url: string,
  { accessToken }: Session,
  perSecond: number,
): SteadyLoad {
  const agent = new Agent({ keepAlive: true });
  const inFlight = new Set<Promise<void>>();
  const failures: string[] = [];
  const written: string[] = [];
  let requests = 0;

  const read = async (id: number): Promise<void> => {
    const { status, text } = await request(`${url}/api/posts/${id}`, { agent });
    if (status !== 200) throw new Error(`read: ${status} ${text}`);
  };
  const write = async (): Promise<void> => {
    const content = randomUUID();
    const headers = { Authorization: `Bearer ${accessToken}`, 'Idempotency-Key': content };
    const options = { method: 'POST', headers, json: { content }, agent };
    const { status, text } = await request(`${url}/api/posts`, options);
    if (status !== 201) throw new Error(`write: ${status} ${text}`);
    written.push(content);
  };
  const send = (): void => {
    requests += 1;
    const sent = requests % WRITE_EVERY === 0 ? write() : read(1 + (requests % DEMO_POSTS));
    const done = sent
      .catch((error: Error) => void failures.push(error.message))
      .finally(() => inFlight.delete(done));
    inFlight.add(done);
  };

  const started = performance.now();
  const timer = setInterval(() => {
    const due = ((performance.now() - started) / 1000) * perSecond - requests;
    for (let count = 0; count < due; count += 1) send();
  }, TICK_MS);
  return {
    async stop() {
      clearInterval(timer);
      await Promise.all(inFlight);
      agent.destroy();
      return { requests, failures, written };
    },
  };
}

/** Reads the contents of all posts of a user. @param url of Social or of the gateway */
export async function contentsBy({ user }: Session, url: string): Promise<string[]> {
  const contents: string[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const query = `limit=${PAGE}${cursor && `&cursor=${encodeURIComponent(cursor)}`}`;
    const page: { items: { content: string }[]; nextCursor: string | null } = await requestJson(
      `${url}/api/posts?authorId=${user.id}&${query}`,
    );
    contents.push(...page.items.map(({ content }) => content));
    cursor = page.nextCursor;
  }
  return contents;
}
