// No request of one client makes the requests of another fail: what a hostile or careless client may do, and a neighbour who
// reads, logs in and writes meanwhile. There are fewer permits than the client tries to take.
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import { expect, test } from '@jest/globals';
import { unsigned } from 'chassis/testing/tokens';
import { until } from 'chassis/testing/until';
import { CREDENTIALS } from '../support/credentials.ts';
import { bearer } from '../support/session.ts';
import { startTestbed, type Testbed } from '../support/testbed.ts';

const MAX_IN_FLIGHT = 40;
const MANY = 3 * MAX_IN_FLIGHT;
const REQUESTS_PER_ADDRESS = 500;
const env = {
  MAX_IN_FLIGHT: String(MAX_IN_FLIGHT),
  UPSTREAM_CONNECTIONS: '8',
  REQUESTS_PER_ADDRESS: String(REQUESTS_PER_ADDRESS),
  WRITES_PER_USER: '50',
  FOLLOW_LOG: 'true',
  TRUST_PROXY: 'loopback',
};

const NEIGHBOUR = { 'X-Forwarded-For': '192.0.2.1' };
const CLIENT = { 'X-Forwarded-For': '192.0.2.2' };

const sockets: Socket[] = [];
const disconnect = (): void => {
  for (const socket of sockets.splice(0)) socket.destroy();
};

/** Opens connections that send these bytes and read nothing. */
async function connections(testbed: Testbed, count: number, bytes: string): Promise<Socket[]> {
  const opened = Array.from({ length: count }, () =>
    connect(Number(new URL(testbed.gateway.url).port), '127.0.0.1').on('error', () => undefined),
  );
  sockets.push(...opened);
  await Promise.all(opened.map((socket) => once(socket, 'connect')));
  for (const socket of opened) socket.pause().write(bytes);
  return opened;
}

/** Sends many requests at once, and waits for their answers. @returns the statuses that occurred; `closed` for a connection that was closed unread */
async function flood(
  { request }: Testbed,
  path: string,
  options: Parameters<Testbed['request']>[1] = {},
): Promise<Set<number | 'closed'>> {
  const headers = { ...CLIENT, ...options.headers };
  const statusOf = async (): Promise<number | 'closed'> => {
    try {
      return (await request(path, { ...options, headers })).status;
    } catch (error) {
      if ((error as { code?: string }).code === 'ECONNRESET') return 'closed';
      throw error;
    }
  };
  return new Set(await Promise.all(Array.from({ length: MANY }, statusOf)));
}

const head = (line: string, ...fields: string[]): string =>
  [`${line} HTTP/1.1`, 'Host: localhost', ...fields, '', ''].join('\r\n');
const GET = head('GET /api/posts/5');
const JSON_TYPE = 'Content-Type: application/json';

const ways: readonly [string, (testbed: Testbed) => Promise<unknown>][] = [
  ['opens many connections and sends nothing', (testbed) => connections(testbed, MANY, '')],
  [
    'begins many requests and does not finish their heads',
    (testbed) => connections(testbed, MANY, 'GET /api/posts/5 HTTP/1.1\r\nHost: loc'),
  ],
  [
    'begins many bodies and does not finish them',
    (testbed) =>
      connections(
        testbed,
        MANY,
        `${head('POST /api/auth/login', JSON_TYPE, 'Content-Length: 99')}{`,
      ),
  ],
  [
    'sends the bodies of many requests that nobody reads',
    (testbed) => connections(testbed, MANY, `${head('POST /api/nowhere', 'Content-Length: 99')}x`),
  ],
  [
    'sends a thousand requests on one connection and reads no answer',
    (testbed) => connections(testbed, 1, GET.repeat(1_000)),
  ],
  [
    'requests large files on many connections and reads none',
    (testbed) => connections(testbed, MANY, head('GET /api/docs/swagger-ui-bundle.js').repeat(4)),
  ],
  [
    'disconnects before the answers',
    async (testbed) => {
      const release = testbed.social.hold(/feed/);
      const { accessToken } = testbed.identity.openSession(8);
      const feed = head('GET /api/feed', `Authorization: Bearer ${accessToken}`);
      for (const socket of await connections(testbed, MAX_IN_FLIGHT / 2, feed)) socket.destroy();
      release();
    },
  ],
  [
    'sends bytes that are not HTTP',
    (testbed) => connections(testbed, MANY, '\u0016\u0003\u0001\r\n\r\n'),
  ],
  [
    'sends heads that are too large',
    (testbed) => connections(testbed, MANY, head('GET /', `X: ${'x'.repeat(17_000)}`)),
  ],
  [
    'guesses passwords',
    async (testbed) => {
      const json = { ...CREDENTIALS, password: 'not the password' };
      const statuses = await flood(testbed, '/api/auth/login', { method: 'POST', json });
      expect(statuses).toContain(401);
    },
  ],
  [
    'logs in while Identity takes for ever, on all but one of the permits of log-ins',
    async (testbed) => {
      const isClient = ({ headers }: IncomingMessage) =>
        headers['x-forwarded-for'] === CLIENT['X-Forwarded-For'];
      testbed.identity.respondWith(({ req, respond }) => {
        if (!isClient(req)) respond();
      });
      const logIn = testbed.request('/api/auth/login', {
        method: 'POST',
        json: CREDENTIALS,
        headers: CLIENT,
      });
      void logIn.catch(() => undefined);
      await until('the log-in is at Identity', () => testbed.identity.count(/sessions/) === 1);
    },
  ],
  [
    'goes on sending the bodies of requests that are answered',
    async (testbed) => {
      const post = head('POST /api/nowhere', 'Content-Length: 99999');
      const opened = await connections(testbed, MANY, post);
      for (let sent = 1; sent <= 5; sent += 1) for (const socket of opened) socket.write('x');
    },
  ],
  [
    'sends more requests than its address may',
    async (testbed) => {
      for (let sent = 0; sent <= REQUESTS_PER_ADDRESS; sent += MANY)
        await flood(testbed, '/api/posts/5');
      expect(await flood(testbed, '/api/posts/5')).toContain(429);
    },
  ],
  [
    'writes more than a user may',
    async (testbed) => {
      const headers = bearer(testbed.identity.openSession(8));
      const json = { content: 'Me again.' };
      const statuses = await flood(testbed, '/api/posts', { method: 'POST', json, headers });
      expect(statuses).toContain(429);
    },
  ],
  [
    'uses an access token after its session has ended',
    async (testbed) => {
      testbed.identity.endSession('ended');
      const headers = bearer(testbed.identity.openSession(8, { sid: 'ended' }));
      const refused = async (): Promise<boolean> =>
        (await testbed.request('/api/feed', { headers: { ...CLIENT, ...headers } })).status === 401;
      await until('the token is refused', refused);
      expect(await flood(testbed, '/api/feed', { headers })).toEqual(new Set([401]));
    },
  ],
  [
    'sends forged tokens',
    async (testbed) => {
      const forged = unsigned(testbed.identity.openSession(7).accessToken);
      const headers = bearer({ accessToken: forged });
      expect(await flood(testbed, '/api/feed', { headers })).toEqual(new Set([401]));
    },
  ],
];

test.each(ways)('a client that %s', async (_, attack) => {
  const testbed = await startTestbed({ env });
  try {
    await attack(testbed);
    await expectNeighbourAnswered(testbed);
  } finally {
    // The gateway would wait for them when it stops.
    disconnect();
  }
});

async function expectNeighbourAnswered({ identity, request }: Testbed): Promise<void> {
  const headers = { ...NEIGHBOUR, ...bearer(identity.openSession(7)) };
  const content = { content: 'All is well.' };
  for (let round = 1; round <= 3; round += 1)
    expect([
      (await request('/api/posts/5', { headers: NEIGHBOUR })).status,
      (await request('/api/feed', { headers })).status,
      (await request('/api/posts', { method: 'POST', json: content, headers })).status,
      (
        await request('/api/auth/login', {
          method: 'POST',
          json: CREDENTIALS,
          headers: NEIGHBOUR,
        })
      ).status,
    ]).toEqual([200, 200, 201, 200]);
}
