// The address of a client, from the X-Forwarded-For header of trusted proxies.
import { describe, expect, test } from '@jest/globals';
import { createApp } from 'chassis/http/app';
import { clientAddressOf, clientNetworkOf } from 'chassis/http/client-address';
import * as fc from 'fast-check';
import { memoryLog } from 'chassis/testing/memory-log';
import request from 'supertest';

const OWN = expect.stringMatching(/127\.0\.0\.1$/);

const handle = (req: Parameters<typeof clientAddressOf>[0]) =>
  ({ body: clientAddressOf(req), cache: 'no-store' }) as const;

async function addressWith(trustProxy: readonly string[], forwarded: string): Promise<unknown> {
  const routes = [{ method: 'get', path: '/', handle } as const];
  const app = createApp({ routes, log: memoryLog().log, trustProxy });
  return (await request(app).get('/').set('X-Forwarded-For', forwarded)).body;
}

test('the client address is that of the connection when no proxy is trusted', async () => {
  expect(await addressWith([], '203.0.113.9')).toEqual(OWN);
});

describe('a client behind a trusted proxy', () => {
  test.each([
    ['203.0.113.9, 198.51.100.7', '198.51.100.7'],
    ['203.0.113.7:40001', '203.0.113.7'],
    ['2001:db8::7', '2001:db8::7'],
    ['[2001:db8::7]:40001', '2001:db8::7'],
    ['[2001:db8::7]', '2001:db8::7'],
  ])('with X-Forwarded-For: %s has the address %s', async (forwarded, address) => {
    expect(await addressWith(['loopback'], forwarded)).toBe(address);
  });

  test('has the last address that is not of a trusted proxy, also when addresses have ports', async () => {
    const forwarded = '203.0.113.7:40001, 10.0.0.5:3333';
    expect(await addressWith(['loopback', '10.0.0.0/8'], forwarded)).toBe('203.0.113.7');
  });

  test.each(['unknown', '_hidden', '1.2.3.4.5', '999.1.1.1', 'a'.repeat(500), '203.0.113.7:x', ''])(
    'has the address of the connection when the header has no address: %j',
    async (forwarded) => {
      expect(await addressWith(['loopback'], forwarded)).toEqual(OWN);
    },
  );
});

describe('a client’s network', () => {
  test.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::FFFF:192.0.2.1', '192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:DB8:0001:0002::', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['::', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['64:ff9b::192.0.2.1', '64:ff9b:0:0::/64'],
    ['1:2:3:4:5:6:192.0.2.1', '1:2:3:4::/64'],
    ['', ''],
  ])('for the address %j is %j', (address, network) => {
    expect(clientNetworkOf(address)).toBe(network);
  });

  test('is the same for all addresses of a /64, however they are written', () => {
    const group = fc.integer({ min: 0, max: 0xffff });
    const groups = (length: number) => fc.array(group, { minLength: length, maxLength: length });
    fc.assert(
      fc.property(groups(4), groups(4), groups(4), (network, one, other) => {
        const write = (host: number[]) =>
          [...network, ...host].map((n) => n.toString(16)).join(':');
        const short = new URL(`http://[${write(other)}]`).hostname.slice(1, -1);
        fc.pre(!short.startsWith('::ffff:'));
        expect(clientNetworkOf(short)).toBe(clientNetworkOf(write(one).toUpperCase()));
      }),
    );
  });
});
