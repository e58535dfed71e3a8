// Bodies that nobody reads, on real sockets.
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import { serve } from '../support/http.ts';

const UNREAD_MS = 200;
const TRICKLE_MS = 20;

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanUp of cleanups.splice(0)) cleanUp();
});

/** Sends a head, then a byte of the body every 20 ms. Returns the answer, and when the connection was closed after it. */
async function trickle(url: string, head: string, bytes = Infinity) {
  const socket = connect(Number(new URL(url).port), '127.0.0.1').on('error', () => {});
  const chunked = head.includes('chunked');
  socket.write(`POST / HTTP/1.1\r\nHost: a\r\n${head}\r\n\r\n`);
  let remaining = bytes;
  const timer = setInterval(() => {
    if ((remaining -= 1) >= 0) socket.write(chunked ? '1\r\nx\r\n' : 'x');
  }, TRICKLE_MS);
  cleanups.push(
    () => clearInterval(timer),
    () => socket.destroy(),
  );
  const [answer] = (await once(socket, 'data')) as [Buffer];
  return { socket, answer: String(answer), answeredAt: performance.now() };
}

const refuse = (unreadBodyMs = UNREAD_MS) =>
  serve((_req, res) => void res.writeHead(404).end('no'), { unreadBodyMs });

test.each([
  ['with a length', 'Content-Length: 60000'],
  ['in chunks', 'Transfer-Encoding: chunked'],
])('a client that trickles a body %s after its answer is cut off soon', async (_, head) => {
  const { socket, answer, answeredAt } = await trickle(await refuse(), head);
  expect(answer).toMatch(/^HTTP\/1.1 404/);
  // Not `once`: the close is a reset for a client that still sends.
  await new Promise((resolve) => socket.on('close', resolve));
  const ms = performance.now() - answeredAt;
  expect(ms).toBeGreaterThan(UNREAD_MS / 2);
  expect(ms).toBeLessThan(2000);
});

test('a client whose body ends in time keeps its connection, for another request', async () => {
  const { socket } = await trickle(await refuse(300), 'Content-Length: 3', 3);
  await new Promise((resolve) => setTimeout(resolve, 500));
  socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
  expect(String((await once(socket, 'data'))[0])).toMatch(/^HTTP\/1.1 404/);
});

test('a handler may read a body for longer before it answers', async () => {
  const url = await serve(
    (req, res) => {
      req.resume().on('end', () => res.end('read'));
    },
    { unreadBodyMs: 10 },
  );
  const { answer } = await trickle(url, 'Content-Length: 10', 10);
  expect(answer).toMatch(/^HTTP\/1.1 200[^]*read$/);
});
