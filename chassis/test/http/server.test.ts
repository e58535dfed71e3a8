// Listening, bytes that are not HTTP, and a stop that loses no request.
import { Agent, createServer, request as startRequest, type RequestListener } from 'node:http';
import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { describe, expect, test } from '@jest/globals';
import { listen, ListenError } from 'chassis/http/server';
import { StartupError } from 'chassis/base/startup-error';
import { sendRaw, serve } from '../support/http.ts';

const hello: RequestListener = (_req, res) => {
  res.end('hello');
};

test.each([
  ['that is incomplete', 'GET / HTTP/1.1\r\nHost: a\r\n'],
  ['that never arrives', ''],
])(
  'answers with a 408 to a request head %s, before the connection counts as stalled',
  async (_, bytes) => {
    const answer = await sendRaw(await serve(hello, { headMs: 100 }), bytes);
    expect(answer).toMatch(/^HTTP\/1.1 408 Request Timeout\r\n/);
    expect(answer).toMatch(/connection: close/i);
    expect(JSON.parse(answer.split('\r\n\r\n')[1]!)).toMatchObject({
      type: 'urn:social-network:problem:request-timeout',
      status: 408,
    });
  },
);

describe('bytes that are not HTTP', () => {
  test.each([
    ['a line without a method', 'hello there\r\n\r\n', 400],
    ['a TLS handshake', '\u0016\u0003\u0001\u0002\r\n\r\n', 400],
    [
      'two Content-Length headers',
      'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n',
      400,
    ],
    [
      'Content-Length with Transfer-Encoding',
      'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n',
      400,
    ],
    ['a control character in a header', 'GET / HTTP/1.1\r\nHost: a\r\nX: a\u0000b\r\n\r\n', 400],
    ['huge headers', `GET / HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(17_000)}\r\n\r\n`, 431],
  ])('get a problem document before the connection is closed: %s', async (_, bytes, status) => {
    const answer = await sendRaw(await serve(hello), bytes);
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    const [head, body] = answer.split('\r\n\r\n') as [string, string];
    expect(head).toMatch(/content-type: application\/problem\+json/i);
    expect(head).toMatch(/connection: close/i);
    expect(head).toContain(`Content-Length: ${Buffer.byteLength(body)}`);
    const { requestId, ...document } = JSON.parse(body) as Record<string, unknown>;
    expect(document).toMatchObject({ status, instance: '/' });
    expect(head).toContain(`X-Request-Id: ${String(requestId)}`);
  });
});

test('listens on a free port for port 0, and returns its address', async () => {
  const first = await listen(hello, '127.0.0.1', 0);
  const second = await listen(hello, '127.0.0.1', 0);
  expect(first.url).not.toBe(second.url);
  expect(await (await fetch(first.url)).text()).toBe('hello');
  await Promise.all([first.stop(), second.stop()]);
});

test('throws a StartupError of one line for an address that is taken or not local', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  await expect(listen(hello, '127.0.0.1', port)).rejects.toThrow(
    `Cannot listen on 127.0.0.1:${port}: something else listens there.`,
  );
  await expect(listen(hello, '203.0.113.1', port)).rejects.toThrow('203.0.113.1');
  await expect(listen(hello, '203.0.113.1', port)).rejects.toBeInstanceOf(ListenError);
  expect(new ListenError('')).toBeInstanceOf(StartupError);
  other.close();
});

test('finishes requests in flight while stopping, refuses new ones, and waits for no idle connection', async () => {
  const arrived = Promise.withResolvers<void>();
  const gate = Promise.withResolvers<void>();
  const listening = await listen(
    (req, res) => {
      if (req.url === '/quick') return hello(req, res);
      arrived.resolve();
      void gate.promise.then(() => res.end('done'));
    },
    '127.0.0.1',
    0,
  );
  const agent = new Agent({ keepAlive: true });
  const get = async (path: string) => {
    const [answer] = (await once(
      startRequest(listening.url + path, { agent }).end(),
      'response',
    )) as [NodeJS.ReadableStream & { headers: Record<string, string> }];
    let text = '';
    for await (const chunk of answer) text += String(chunk);
    return { text, connection: answer.headers['connection'] };
  };
  await get('/quick');
  const slow = get('/slow');
  await arrived.promise;

  let stopped = false;
  const started = performance.now();
  const stop = listening.stop().then(() => (stopped = true));
  await expect(get('/quick')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  expect(stopped).toBe(false);
  gate.resolve();
  expect((await slow).text).toBe('done');
  await stop;
  // An idle connection would delay the end until the limit of 8 s.
  expect(performance.now() - started).toBeLessThan(6_000);
  agent.destroy();
});

test('answers a request that arrives on an open connection while stopping with Connection: close', async () => {
  const arrived = Promise.withResolvers<void>();
  const gate = Promise.withResolvers<void>();
  const listening = await listen(
    (_req, res) => {
      arrived.resolve();
      void gate.promise.then(() => res.end('ok'));
    },
    '127.0.0.1',
    0,
  );
  const socket = connect(Number(new URL(listening.url).port), '127.0.0.1');
  let answer = '';
  socket.setEncoding('utf8').on('data', (text: string) => (answer += text));
  socket.write('GET /first HTTP/1.1\r\nHost: a\r\n\r\n');
  await arrived.promise;
  const stop = listening.stop();
  socket.write('GET /second HTTP/1.1\r\nHost: a\r\n\r\n');
  gate.resolve();
  await once(socket, 'close');
  await stop;
  const [, first, second] = answer.split('HTTP/1.1 200 OK');
  expect(first).toContain('Connection: keep-alive');
  expect(second).toContain('Connection: close');
});

const withHeaders = (...headers: string[]): string =>
  `GET / HTTP/1.1\r\n${headers.map((header) => `${header}\r\n`).join('')}\r\n`;

describe('a request that breaks the syntax of HTTP', () => {
  test.each([
    ['no Host', withHeaders('Accept: */*'), 400, '/header/Host'],
    ['two Hosts', withHeaders('Host: a', 'Host: b'), 400, '/header/Host'],
    ['an empty Host', withHeaders('Host:'), 400, '/header/Host'],
    ['a Host with a path', withHeaders('Host: a/b'), 400, '/header/Host'],
    ['a Host with a user', withHeaders('Host: user@a'), 400, '/header/Host'],
    [
      'two transfer codings',
      withHeaders('Host: a', 'Transfer-Encoding: gzip, chunked'),
      400,
      '/header/Transfer-Encoding',
    ],
    [
      'a transfer coding in HTTP/1.0',
      'POST / HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      400,
      '/header/Transfer-Encoding',
    ],
    ['an unknown expectation', withHeaders('Host: a', 'Expect: magic'), 417, '/header/Expect'],
    ['CONNECT', 'CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n', 405, 'not a proxy'],
  ])(
    'with %s is answered with a problem document, and the connection closes',
    async (_, bytes, status, about) => {
      const answer = await sendRaw(await serve(hello), bytes);
      expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
      expect(answer).toMatch(/content-type: application\/problem\+json/i);
      expect(answer).toMatch(/connection: close/i);
      const problem = JSON.parse(answer.split('\r\n\r\n')[1]!) as { detail: string };
      expect(problem).toMatchObject({ status });
      expect(problem.detail).toContain(about);
    },
  );

  test.each(['a', 'a:80', 'app.example.com', '127.0.0.1:8080', '[::1]:8080', '[::1]'])(
    'is not a request with the Host %s',
    async (host) => {
      const bytes = withHeaders(`Host: ${host}`, 'Connection: close');
      expect(await sendRaw(await serve(hello), bytes)).toMatch(/^HTTP\/1.1 200 /);
    },
  );

  test('is not a request without a Host in HTTP/1.0', async () => {
    expect(await sendRaw(await serve(hello), 'GET / HTTP/1.0\r\n\r\n')).toMatch(/^HTTP\/1.1 200 /);
  });
});

test('keeps an idle connection for keepAliveMs, and sends the time limit to the client', async () => {
  const url = await serve(hello, { keepAliveMs: 300 });
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.setEncoding('utf8');
  socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
  const [head] = (await once(socket, 'data')) as [string];
  const idleSince = performance.now();
  socket.resume();
  await once(socket, 'end');
  // Node closes the connection a second later, so that a request already sent still finds it open.
  expect(performance.now() - idleSince).toBeGreaterThan(290);
  expect(head).toMatch(/keep-alive: timeout=/i);
  socket.destroy();
});
