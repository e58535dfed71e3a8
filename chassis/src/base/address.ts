// Addresses of listeners.

/** The loopback address by which this machine reaches a listener at a wildcard address. */
const LOOPBACK_OF: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1' };

/** Whether only this machine can reach a listener at this address. */
export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);

/** Returns `http://host:port`, with brackets around an IPv6 address. */
export const httpUrl = (host: string, port: number): string =>
  `http://${host.includes(':') ? `[${host}]` : host}:${port}`;

/** Returns the URL by which this machine reaches its own listener: a wildcard address becomes the loopback address. */
export const localUrl = (host: string, port: number): string =>
  httpUrl(LOOPBACK_OF[host] ?? host, port);
