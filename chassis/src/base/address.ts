// Addresses of listeners.

/** Addresses that mean every interface, and the one under which this machine reaches such a listener. */
const LOOPBACK_OF: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1' };

/** `http://host:port`; an IPv6 address gets its brackets. */
export const httpUrl = (host: string, port: number): string =>
  `http://${host.includes(':') ? `[${host}]` : host}:${port}`;

/** The same as this machine itself reaches it: a wildcard address by the loopback. */
export const localUrl = (host: string, port: number): string =>
  httpUrl(LOOPBACK_OF[host] ?? host, port);
