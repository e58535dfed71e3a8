// Connecting to NATS, the broker.
import { connect, type NatsConnection, type NodeConnectionOptions } from '@nats-io/transport-node';

const CONNECT_MS = 2_000;
const AGAIN_MS = { pause: 250, jitter: 250 };

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
  const parsed = all.map((text) => new URL(text.includes('://') ? text.trim() : `nats://${text}`));
  const { username = '', password = '' } = parsed[0] ?? {};
  const [user, pass] = [username, password].map(decodeURIComponent);
  return {
    servers: parsed.map(({ host }) => host),
    ...(pass ? { user: user!, pass } : user ? { token: user } : {}),
    ...(parsed.some(({ protocol }) => protocol === 'tls:') && { tls: {} }),
    name,
    timeout: CONNECT_MS,
    // It was there once, so it comes back: never given up, whatever it says meanwhile.
    maxReconnectAttempts: -1,
    ignoreAuthErrorAbort: true,
    reconnectTimeWait: AGAIN_MS.pause,
    reconnectJitter: AGAIN_MS.jitter,
  };
}

/** A connection that is made when it is needed first, and again when it was closed. */
export interface Broker {
  /** @throws when none of the servers can be reached now */
  connection(): Promise<NatsConnection>;
  close(): Promise<void>;
}

/** A broker that may be down: nothing is asked of it here. */
export function openBroker(urls: string | readonly string[], name: string): Broker {
  const options = brokerOptions(urls, name);
  let connecting: Promise<NatsConnection> | undefined;
  return {
    async connection() {
      const open = await connecting?.catch(() => undefined);
      if (open === undefined || open.isClosed()) connecting = connect(options);
      return connecting!;
    },
    async close() {
      const open = await connecting?.catch(() => undefined);
      await open?.close();
    },
  };
}
