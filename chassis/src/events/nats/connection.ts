// Connecting to NATS, the broker.
import { connect, type NatsConnection, type NodeConnectionOptions } from '@nats-io/transport-node';
import { SourceError } from '../source.ts';
import { raceAbort } from '../../base/timeout.ts';

const CONNECT_MS = 2_000;
const AGAIN_MS = { pause: 250, jitter: 250 };
/** A server that says nothing at all is asked so often whether it is there, and left after two that it did not answer. */
const PING_MS = 2_000;
const PINGS_MAX = 2;

/**
 * What the client needs to be told of addresses such as nats://user:password@127.0.0.1:4222 or tls://token@nats.example.
 * By itself it looks at nothing but host and port: a password would be ignored, and tls:// would go out in plain text.
 * @param urls one, several, or several in one text with commas between; credentials are those of the first
 * @param name how the broker's lists call this connection
 */
export function brokerOptions(
  urls: string | readonly string[],
  name: string,
): NodeConnectionOptions {
  const all = [urls].flat().flatMap((text) => text.split(','));
  const parsed = all
    .map((text) => text.trim())
    .map((text) => new URL(text.includes('://') ? text : `nats://${text}`));
  const { username = '', password = '' } = parsed[0] ?? {};
  const [user, pass] = [username, password].map(decodeURIComponent);
  return {
    servers: parsed.map(({ host }) => host),
    ...(pass ? { user: user!, pass } : user ? { token: user } : {}),
    ...(parsed.some(({ protocol }) => protocol === 'tls:') && { tls: {} }),
    name,
    timeout: CONNECT_MS,
    pingInterval: PING_MS,
    maxPingOut: PINGS_MAX,
    // It was there once, so it comes back: never given up, whatever it says meanwhile.
    maxReconnectAttempts: -1,
    ignoreAuthErrorAbort: true,
    reconnectTimeWait: AGAIN_MS.pause,
    reconnectJitter: AGAIN_MS.jitter,
  };
}

/** A connection that is made when it is needed first, and again when it was closed. */
export interface Broker {
  /**
   * Runs something with the connection, and gives up on it as soon as that is lost: the client itself would wait for
   * the servers to come back, and keep what it was to send until then.
   * @throws SourceError when the connection is lost, or whatever connecting or `use` throws
   */
  using<T>(use: (connection: NatsConnection) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

interface Connected {
  readonly connection: NatsConnection;
  /** Aborts when the connection is lost; another one when it is there again. */
  lost: AbortController;
}

/** A broker that may be down: nothing is asked of it here. */
export function openBroker(urls: string | readonly string[], name: string): Broker {
  const options = brokerOptions(urls, name);
  let connecting: Promise<Connected> | undefined;
  const current = async (): Promise<Connected> => {
    const open = await connecting?.catch(() => undefined);
    if (open === undefined || open.connection.isClosed()) connecting = connect(options).then(watch);
    return connecting!;
  };
  return {
    async using(use) {
      const { connection, lost } = await current();
      lost.signal.throwIfAborted();
      return raceAbort(use(connection), lost.signal);
    },
    async close() {
      const open = await connecting?.catch(() => undefined);
      await open?.connection.close();
    },
  };
}

function watch(connection: NatsConnection): Connected {
  const connected = { connection, lost: new AbortController() };
  const watching = async (): Promise<void> => {
    for await (const { type } of connection.status()) {
      if (type === 'disconnect')
        connected.lost.abort(new SourceError('the connection to the broker is lost'));
      if (type === 'reconnect') connected.lost = new AbortController();
    }
  };
  void watching();
  return connected;
}
