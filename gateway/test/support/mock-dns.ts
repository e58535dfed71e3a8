// A host name whose resolution a test can break. Needs no resolver and no network.
import dns from 'node:dns';
import { afterAll, afterEach, beforeAll, jest } from '@jest/globals';

/** A host in a domain that no real resolver knows (RFC 6761, section 6.4). */
export const FLAKY_HOST = 'no-such-host.invalid';

let broken = false;
export const breakDns = (): void => void (broken = true);
export const restoreDns = (): void => void (broken = false);

type Callback = (error: Error | null, address?: unknown, family?: number) => void;

/**
 * Resolves FLAKY_HOST to 127.0.0.1 in all tests of a file. After breakDns() it does not resolve until the test ends.
 * Other names are resolved as usual.
 */
export function mockDns(): void {
  const real = dns.lookup;
  beforeAll(() => {
    jest.spyOn(dns, 'lookup').mockImplementation(((...args: unknown[]) => {
      const [host, options] = args as [string, { all?: boolean }];
      if (host !== FLAKY_HOST) return Reflect.apply(real, dns, args);
      const done = args.at(-1) as Callback;
      const error = Object.assign(new Error(`getaddrinfo ENOTFOUND ${host}`), {
        errno: -3008,
        code: 'ENOTFOUND',
        syscall: 'getaddrinfo',
        hostname: host,
      });
      process.nextTick(() => {
        if (broken) done(error);
        else if (options.all === true) done(null, [{ address: '127.0.0.1', family: 4 }]);
        else done(null, '127.0.0.1', 4);
      });
      return undefined;
    }) as typeof dns.lookup);
  });
  afterEach(restoreDns);
  afterAll(() => {
    jest.restoreAllMocks();
  });
}
