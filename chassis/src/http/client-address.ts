// The address of a client, behind proxies that are trusted.
import { isIP } from 'node:net';
import type { Express, Request } from 'express';

const IPV4_WITH_PORT = /^(\d{1,3}(?:\.\d{1,3}){3}):\d{1,5}$/;
const IPV6_IN_BRACKETS = /^\[([^\]]+)\](?::\d{1,5})?$/;

/** An entry of X-Forwarded-For without its port, which some balancers add. */
const withoutPort = (entry: string): string =>
  (IPV4_WITH_PORT.exec(entry) ?? IPV6_IN_BRACKETS.exec(entry))?.[1] ?? entry;

/** Sets the proxies whose X-Forwarded-For is trusted, also when they write addresses with ports. */
export function trustProxies(app: Express, proxies: readonly string[]): void {
  app.set('trust proxy', proxies);
  const isTrusted = app.get('trust proxy fn') as (address: string, hop: number) => boolean;
  app.set('trust proxy', (address: string, hop: number) => isTrusted(withoutPort(address), hop));
}

/**
 * The address of the client. What a trusted proxy wrote that is no address says nothing: then it is the address of the
 * connection, as a made-up text would be a new client to each limit.
 */
export function clientAddressOf({ ip = '', socket }: Pick<Request, 'ip' | 'socket'>): string {
  const address = withoutPort(ip);
  return isIP(address) === 0 ? (socket.remoteAddress ?? '') : address;
}
