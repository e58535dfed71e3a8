// The load generator, in a process of its own: a closed loop over kept-alive connections, one request at a time on each.
// It speaks HTTP on bare sockets, because a full client would cost as much CPU as the server that it measures.
import { connect, type Socket } from 'node:net';
import { percentile } from '../statistics.ts';
import { isFeed, idSequence, targetOf, type Work } from './fixtures.ts';

/** What the parent asks for. */
export interface LoadOrder {
  readonly url: string;
  readonly work: Work;
  /** The access token of whoever asks for a feed; posts are asked for by nobody in particular. */
  readonly token?: string;
  readonly connections: number;
  readonly durationMs: number;
  readonly seed: number;
}

/** What came of it. */
export interface LoadResult {
  /** Answers, whatever their status. */
  readonly requests: number;
  /** Answers that were no 200, and connections that broke; the first of them in words. */
  readonly errors: number;
  readonly firstError: string | undefined;
  /** Answers with an author that was null. */
  readonly authorless: number;
  readonly elapsedMs: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

const STALLED_MS = 5_000;

/** The length of the first answer in `text`: undefined while its head is not all there, NaN when it does not say. */
export function answerLength(text: string): number | undefined {
  const head = text.indexOf('\r\n\r\n');
  if (head === -1) return undefined;
  return head + 4 + Number(/\r\ncontent-length: (\d+)\r/i.exec(text.slice(0, head + 2))?.[1]);
}

/** Keeps `connections` requests in flight for `durationMs`, then lets the last ones finish. */
export async function run(order: LoadOrder): Promise<LoadResult> {
  const { hostname, port, host } = new URL(order.url);
  const next = idSequence(order.work, order.seed);
  const asker = isFeed(order.work) ? `Authorization: Bearer ${order.token}\r\n` : '';
  const fields = `Host: ${host}\r\nAccept: application/json\r\n${asker}`;
  const request = (id: number): string =>
    `GET ${targetOf(order.work, id)} HTTP/1.1\r\n${fields}\r\n`;
  const times: number[] = [];
  let errors = 0;
  let firstError: string | undefined;
  let authorless = 0;
  const fail = (what: string): void => {
    errors += 1;
    firstError ??= what;
  };

  const startedAt = performance.now();
  const endsAt = startedAt + order.durationMs;

  const client = (): Promise<void> =>
    new Promise((resolve) => {
      let sentAt = 0;
      let pending = '';
      const ask = (): void => {
        sentAt = performance.now();
        socket.write(request(next()), 'latin1');
      };
      const answered = (text: string): void => {
        const now = performance.now();
        times.push(now - sentAt);
        if (!text.startsWith('HTTP/1.1 200 ')) fail(text.slice(0, 300));
        else if (text.includes('"author":null')) authorless += 1;
        if (now < endsAt) ask();
        else socket.end();
      };
      const socket: Socket = connect({
        host: hostname,
        port: Number(port),
        noDelay: true,
        // One buffer for the life of the connection, instead of one a read.
        onread: {
          buffer: Buffer.allocUnsafe(16_384),
          callback: (size, buffer) => {
            pending += (buffer as Buffer).toString('latin1', 0, size);
            const length = answerLength(pending);
            if (length === undefined || pending.length < length) return true;
            const text = pending;
            pending = '';
            if (text.length === length) answered(text);
            else socket.destroy(new Error(`an answer of no clear length: ${text.slice(0, 300)}`));
            return true;
          },
        },
      });
      socket.setTimeout(STALLED_MS, () => socket.destroy(new Error('no answer in time')));
      socket.once('connect', ask);
      socket.once('error', (error) => fail(error.message));
      socket.once('close', (hadError) => {
        if (!hadError && performance.now() < endsAt) fail('the server closed a connection');
        resolve();
      });
    });

  await Promise.all(Array.from({ length: order.connections }, client));
  return {
    requests: times.length,
    errors,
    firstError,
    authorless,
    elapsedMs: performance.now() - startedAt,
    p50Ms: percentile(times, 0.5),
    p99Ms: percentile(times, 0.99),
  };
}

if (process.send !== undefined && import.meta.main) {
  process.on('message', (order: LoadOrder) => {
    void run(order).then((result) => process.send!(result));
  });
  process.on('disconnect', () => process.exit(0));
}
