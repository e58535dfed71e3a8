// The load generator, in a process of its own: a closed loop over kept-alive connections, with one request at a time on
// each. It writes HTTP to bare sockets, because a full client would cost as much CPU as the measured server.
import { connect, type Socket } from 'node:net';
import { percentile } from '../statistics.ts';
import { isFeed, idSequence, targetOf, type Work } from './fixtures.ts';

/** The message of the parent process. */
export interface LoadOptions {
  readonly url: string;
  readonly work: Work;
  /** The access token for feeds. */
  readonly token?: string;
  readonly connections: number;
  readonly durationMs: number;
  readonly seed: number;
}

/** The reply to the parent process. */
export interface LoadResult {
  /** The number of answers, with any status. */
  readonly requests: number;
  /** The number of answers that were no 200, and of connections that broke. */
  readonly errors: number;
  readonly firstError: string | undefined;
  /** The number of answers with the author null. */
  readonly authorless: number;
  readonly elapsedMs: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

const TIMEOUT_MS = 5_000;

/** Returns the length of the answer in `text`: undefined while its head is incomplete, NaN without a Content-Length. */
export function answerLength(text: string): number | undefined {
  const head = text.indexOf('\r\n\r\n');
  if (head === -1) return undefined;
  return head + 4 + Number(/\r\ncontent-length: (\d+)\r/i.exec(text.slice(0, head + 2))?.[1]);
}

/** Keeps `connections` requests in flight until `ends` aborts, then waits for the last answers. */
export async function run(
  options: Omit<LoadOptions, 'durationMs'>,
  ends: AbortSignal,
): Promise<LoadResult> {
  const { hostname, port, host } = new URL(options.url);
  const nextId = idSequence(options.work, options.seed);
  const authorization = isFeed(options.work) ? `Authorization: Bearer ${options.token}\r\n` : '';
  const headers = `Host: ${host}\r\nAccept: application/json\r\n${authorization}`;
  const request = (id: number): string =>
    `GET ${targetOf(options.work, id)} HTTP/1.1\r\n${headers}\r\n`;
  const times: number[] = [];
  let errors = 0;
  let firstError: string | undefined;
  let authorless = 0;
  const fail = (reason: string): void => {
    errors += 1;
    firstError ??= reason;
  };

  const startedAt = performance.now();

  const client = (): Promise<void> =>
    new Promise((resolve) => {
      let sentAt = 0;
      let received = '';
      const send = (): void => {
        sentAt = performance.now();
        socket.write(request(nextId()), 'latin1');
      };
      const onAnswer = (text: string): void => {
        times.push(performance.now() - sentAt);
        if (!text.startsWith('HTTP/1.1 200 ')) fail(text.slice(0, 300));
        else if (text.includes('"author":null')) authorless += 1;
        if (ends.aborted) socket.end();
        else send();
      };
      const socket: Socket = connect({
        host: hostname,
        port: Number(port),
        noDelay: true,
        // One buffer for the life of the connection, instead of one for each read.
        onread: {
          buffer: Buffer.allocUnsafe(16_384),
          callback: (size, buffer) => {
            received += (buffer as Buffer).toString('latin1', 0, size);
            const length = answerLength(received);
            if (length === undefined || received.length < length) return true;
            const text = received;
            received = '';
            if (text.length === length) onAnswer(text);
            else
              socket.destroy(new Error(`an answer without a clear length: ${text.slice(0, 300)}`));
            return true;
          },
        },
      });
      socket.setTimeout(TIMEOUT_MS, () => socket.destroy(new Error('no answer in time')));
      socket.once('connect', send);
      socket.once('error', (error) => fail(error.message));
      socket.once('close', (hadError) => {
        if (!hadError && !ends.aborted) fail('the server closed a connection');
        resolve();
      });
    });

  await Promise.all(Array.from({ length: options.connections }, client));
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
  process.on('message', ({ durationMs, ...options }: LoadOptions) => {
    void run(options, AbortSignal.timeout(durationMs)).then((result) => process.send!(result));
  });
  process.on('disconnect', () => process.exit(0));
}
