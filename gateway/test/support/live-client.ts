// A client of GET /api/live, which reads server-sent events as an EventSource does.
import { get, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { until } from 'chassis/testing/until';

export interface LiveMessage {
  readonly name: string;
  readonly id: string;
  readonly data: unknown;
}

export interface LiveClient {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly messages: readonly LiveMessage[];
  /** The id that the client would send when it comes back. */
  readonly lastId: () => string;
  /** The newest time to wait that the server has asked for, in ms. */
  readonly retryMs: () => number;
  readonly text: () => string;
  /** Resolves when the server has ended the stream. */
  readonly ended: Promise<void>;
  /** Resolves with the messages once there are so many. */
  readonly next: (count: number) => Promise<readonly LiveMessage[]>;
  readonly close: () => void;
}

/** Connects, and resolves when the answer begins; for a stream, when its first id has arrived. */
export async function connectLive(
  origin: string,
  headers: Readonly<Record<string, string>>,
  query = '',
): Promise<LiveClient> {
  const messages: LiveMessage[] = [];
  let text = '';
  let parsed = 0;
  let lastId = '';
  let retryMs = 0;
  const parse = (block: string): void => {
    const fields = block.split('\n').map((line) => /^([a-z]*): ?(.*)$/.exec(line)?.slice(1) ?? []);
    const valueOf = (name: string) => fields.find(([field]) => field === name)?.[1];
    lastId = valueOf('id') ?? lastId;
    retryMs = Number(valueOf('retry') ?? retryMs);
    const name = valueOf('event');
    if (name !== undefined)
      messages.push({ name, id: lastId, data: JSON.parse(valueOf('data')!) as unknown });
  };
  const { promise: ended, resolve: onEnd } = Promise.withResolvers<void>();
  const request = get(`${origin}/api/live${query}`, { headers, agent: false });
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    request.once('response', resolve).once('error', reject);
  });
  request.on('error', () => undefined);
  response.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
    for (let end = text.indexOf('\n\n', parsed); end >= 0; end = text.indexOf('\n\n', parsed)) {
      parse(text.slice(parsed, end));
      parsed = end + 2;
    }
  });
  response.once('close', onEnd).on('error', () => undefined);
  const client: LiveClient = {
    status: response.statusCode!,
    headers: response.headers,
    messages,
    lastId: () => lastId,
    retryMs: () => retryMs,
    text: () => text,
    ended,
    async next(count) {
      const found = () => messages.length >= count;
      await until(`there are ${count} messages`, found);
      return messages;
    },
    close: () => request.destroy(),
  };
  if (client.status === 200) await until('the stream has begun', () => lastId !== '');
  return client;
}
