// What is sent again: by method, status and Retry-After. The transport is a function; no request leaves the process.
import { expect, test } from '@jest/globals';
import { createClient, type Answer, type ClientOptions } from 'client';

type Reply = Response | Error;

const SOON = { 'Retry-After': '0' };
const refusal = (headers: Record<string, string> = SOON) =>
  Response.json(
    { type: 'urn:social-network:problem:overloaded', status: 503 },
    { status: 503, headers },
  );
const lost = () => new TypeError('fetch failed');
const post = () => Response.json({ id: 5, content: 'Hello.', author: null }, { status: 200 });

const hanging = ({ signal }: Request): Promise<Response> =>
  new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error));
  });

/** A client whose requests get these replies, in order. */
function clientOf(replies: Reply[], options: ClientOptions = {}) {
  const requests: Request[] = [];
  const answers: Answer[] = [];
  const client = createClient({
    baseUrl: 'http://gateway.example',
    fetch: async (request) => {
      requests.push(request);
      const reply = replies.shift()!;
      if (reply instanceof Error) throw reply;
      return reply;
    },
    onAnswer: (answer) => answers.push(answer),
    ...options,
  });
  return { client, requests, answers };
}

const FIVE = { params: { path: { id: 5 } } };
const LOGIN = { body: { username: 'cat', password: 'sunny-side-up' } };

test('a read whose answer is lost is sent again', async () => {
  const { client, requests } = clientOf([lost(), post()]);
  const result = await client.get('/api/posts/{id}', FIVE);
  expect(result).toMatchObject({ ok: true, data: { id: 5 }, info: { attempts: 2, status: 200 } });
  expect(requests.map(({ url }) => url)).toEqual(
    Array(2).fill('http://gateway.example/api/posts/5'),
  );
});

test('a refused read is sent again when the server says', async () => {
  const { client } = clientOf([refusal({ 'Retry-After': '1' }), post()]);
  const startedAt = performance.now();
  expect(await client.get('/api/posts/{id}', FIVE)).toMatchObject({ ok: true });
  expect(performance.now() - startedAt).toBeGreaterThanOrEqual(990);
});

test('a server that wants a longer wait than allowed gets no further attempt', async () => {
  const { client, requests } = clientOf([refusal({ 'Retry-After': '60' })]);
  const result = await client.get('/api/posts/{id}', FIVE);
  expect(result).toMatchObject({ ok: false, info: { retryAfterMs: 60_000 } });
  expect(requests).toHaveLength(1);
});

test('a new post keeps its Idempotency-Key in every attempt', async () => {
  const { client, requests } = clientOf([lost(), refusal(), post()]);
  await client.post('/api/posts', { body: { content: 'Hello.' } });
  const keys = requests.map(({ headers }) => headers.get('Idempotency-Key'));
  expect(keys[0]).toMatch(/^[\w-]{36}$/);
  expect(keys).toEqual(Array(3).fill(keys[0]));
});

test('the caller can name the key, to repeat an earlier call', async () => {
  const { client, requests } = clientOf([post()]);
  await client.post('/api/posts', { body: { content: 'Hello.' }, idempotencyKey: 'mine' });
  expect(requests[0]!.headers.get('Idempotency-Key')).toBe('mine');
});

test('a log-in whose answer is lost is not sent again', async () => {
  const { client, requests } = clientOf([lost()]);
  const result = await client.post('/api/auth/login', LOGIN);
  expect(result).toMatchObject({
    ok: false,
    problem: { type: 'urn:social-network:client:no-answer', status: 0 },
  });
  expect(requests).toHaveLength(1);
});

test('a refused log-in is sent again when the server says, since nothing was done', async () => {
  const { client } = clientOf([refusal(), Response.json({ user: { id: 1, username: 'cat' } })]);
  expect(await client.post('/api/auth/login', LOGIN)).toMatchObject({ ok: true });
});

test('the attempts are limited', async () => {
  const { client, requests } = clientOf([lost(), lost(), lost(), post()], { retries: 2 });
  expect(await client.get('/api/posts/{id}', FIVE)).toMatchObject({ ok: false });
  expect(requests).toHaveLength(3);
});

test('a cancelled call throws the reason, also while it waits for its next attempt', async () => {
  const { client, requests } = clientOf([refusal({ 'Retry-After': '5' })]);
  const cancellation = new AbortController();
  const call = client.get('/api/posts/{id}', { ...FIVE, signal: cancellation.signal });
  const reason = new Error('the user left the page');
  setImmediate(() => cancellation.abort(reason));
  await expect(call).rejects.toBe(reason);
  expect(requests).toHaveLength(1);
});

test('an attempt that takes too long is a lost answer', async () => {
  const client = createClient({
    baseUrl: 'http://a.example',
    fetch: hanging,
    timeoutMs: 20,
    retries: 0,
  });
  const result = await client.get('/api/posts/{id}', FIVE);
  expect(result).toMatchObject({ ok: false, problem: { status: 0 }, info: { attempts: 1 } });
});

test('an answer that is none of this API is a problem of its own', async () => {
  const { client } = clientOf([new Response('<h1>Bad gateway</h1>', { status: 502 })]);
  expect(await client.get('/api/posts/{id}', FIVE)).toMatchObject({
    ok: false,
    problem: { type: 'urn:social-network:client:unexpected-answer', status: 502 },
  });
});

test('onAnswer sees every result', async () => {
  const { client, answers } = clientOf([post()]);
  await client.get('/api/posts/{id}', FIVE);
  expect(answers).toMatchObject([
    { method: 'get', path: '/api/posts/5', degraded: [], info: { status: 200 } },
  ]);
});
