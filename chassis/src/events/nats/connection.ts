// Connections to NATS, the broker.
import {
  connect,
  credsAuthenticator,
  type NatsConnection,
  nkeyAuthenticator,
  type NodeConnectionOptions,
} from '@nats-io/transport-node';
import { SourceError } from '../source.ts';
import { raceAbort } from '../../base/timeout.ts';

const CONNECT_MS = 2_000;
const RECONNECT_MS = { pause: 250, jitter: 250 };
/** Interval of pings. The connection is lost after two pings without an answer. */
const PING_MS = 2_000;
const PINGS_MAX = 2;

/** How to reach a broker, and how to log in there. */
export interface BrokerAccess {
  /** One address, several, or several in one string separated by commas; user and password, or a token, of the first are used. */
  readonly urls: string | readonly string[];
  /** The text of a credentials file. */
  readonly creds?: string | undefined;
  /** The seed of an nkey. */
  readonly nkey?: string | undefined;
  /** Certificates of authorities, the own certificate and its key, in PEM. Any of them means TLS. */
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
}

/** Addresses alone are enough for a broker that lets everybody in. */
export type BrokerAddress = BrokerAccess['urls'] | BrokerAccess;

/**
 * Returns the client's options for addresses such as nats://user:password@127.0.0.1:4222 or tls://token@nats.example.
 * The client itself reads only host and port: it would ignore a password, and connect to tls:// in plain text.
 * @param name name of this connection in the broker's lists, and a part of the subjects on which it gets answers: then
 *   permissions can keep it from reading the answers to others
 */
export function brokerOptions(address: BrokerAddress, name: string): NodeConnectionOptions {
  const { urls, creds, nkey, ca, cert, key } = isAccess(address) ? address : { urls: address };
  const all = [urls].flat().flatMap((text) => text.split(','));
  const parsed = all
    .map((text) => text.trim())
    .map((text) => new URL(text.includes('://') ? text : `nats://${text}`));
  const { username = '', password = '' } = parsed[0] ?? {};
  const [user, pass] = [username, password].map(decodeURIComponent);
  return {
    servers: parsed.map(({ host }) => host),
    ...(pass ? { user: user!, pass } : user ? { token: user } : {}),
    // The client needs the line break at the end, which a secret from a file has lost.
    ...(creds !== undefined && { authenticator: credsAuthenticator(bytes(`${creds}\n`)) }),
    ...(nkey !== undefined && { authenticator: nkeyAuthenticator(bytes(nkey)) }),
    ...((parsed.some(({ protocol }) => protocol === 'tls:') || (ca ?? cert) !== undefined) && {
      tls: {
        ...(ca !== undefined && { ca }),
        ...(cert !== undefined && { cert }),
        ...(key !== undefined && { key }),
      },
    }),
    name,
    inboxPrefix: `_INBOX.${name}`,
    timeout: CONNECT_MS,
    pingInterval: PING_MS,
    maxPingOut: PINGS_MAX,
    // Reconnects for ever, even after authentication errors: a broker that worked once will come back.
    maxReconnectAttempts: -1,
    ignoreAuthErrorAbort: true,
    reconnectTimeWait: RECONNECT_MS.pause,
    reconnectJitter: RECONNECT_MS.jitter,
  };
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

const isAccess = (address: BrokerAddress): address is BrokerAccess =>
  typeof address === 'object' && 'urls' in address;

/** A connection that is opened at the first use, and again after it was closed. */
export interface Broker {
  /**
   * Runs `use` with the connection, and rejects as soon as the connection is lost: the client itself would wait for the
   * servers to come back, and keep its messages until then.
   * @throws SourceError when the connection is lost; errors of connecting and of `use`
   */
  using<T>(use: (connection: NatsConnection) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

interface Connected {
  readonly connection: NatsConnection;
  /** Aborts when the connection is lost; replaced after a reconnect. */
  lost: AbortController;
}

/** Makes a client of a broker. Sends nothing yet, so the broker may be down. */
export function openBroker(address: BrokerAddress, name: string): Broker {
  const options = brokerOptions(address, name);
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
