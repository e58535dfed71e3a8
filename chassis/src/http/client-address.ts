// The address of a client, behind proxies that are trusted.
import { isIP, SocketAddress } from 'node:net';
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

const IPV4_MAPPED = /^::ffff:(\d{1,3}(?:\.\d{1,3}){3})$/;
const IPV6_GROUPS = 8;

/**
 * Returns what limits count as one client: an IPv4 address unchanged, and the /64 of an IPv6 address, since a client usually
 * has a whole /64 (RFC 6177). An IPv4-mapped IPv6 address (RFC 4291, section 2.5.5.2) becomes IPv4. Any other text is
 * returned as it is.
 */
export function clientNetworkOf(text: string): string {
  if (isIP(text) !== 6) return text;
  // In the form of RFC 5952: without leading zeros, and with the longest run of zeros as `::`.
  const { address } = new SocketAddress({ address: text.split('%', 1)[0]!, family: 'ipv6' });
  const [, ipv4] = IPV4_MAPPED.exec(address) ?? [];
  if (ipv4 !== undefined) return ipv4;
  const [head = [], tail = []] = address
    .split('::')
    .map((part) => part.split(':').filter((group) => group !== ''));
  const zeros = Array.from({ length: IPV6_GROUPS - head.length - tail.length }, () => '0');
  return `${[...head, ...zeros, ...tail].slice(0, 4).join(':')}::/64`;
}
