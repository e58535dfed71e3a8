// What an HTTP feed may answer, and what becomes of the answers that it may not give.
import { once } from 'node:events';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { SourceError, UnknownOffset } from 'chassis/events/source';
import { httpSource } from 'chassis/events/http-source';
import { listen } from 'chassis/http/server';
import { serve } from '../support/http.ts';

const never = new AbortController().signal;
const TYPE = 'application/cloudevents-batch+json';

interface Answer {
  readonly status?: number;
  readonly headers?: Record<string, string | undefined>;
  readonly body?: string | Buffer;
}

/** A good answer to what comes after 7, but for what is changed. */
const answering =
  ({ status = 200, headers = {}, body = '[{"id":"9"}]' }: Answer): RequestListener =>
  (_req, res) => {
    const link = '</feed?lastEventId=9>; rel="next"';
    const all = { 'Content-Type': TYPE, Link: link, 'Log-Head': '12', ...headers };
    res.writeHead(status, JSON.parse(JSON.stringify(all)) as Record<string, string>);
    res.end(body);
  };

const feed = async (handler: RequestListener) =>
  httpSource({ url: `${await serve(handler)}/feed`, waitMs: 0, graceMs: 400 });
const reading = async (handler: RequestListener, after = 7) =>
  (await feed(handler)).read(after, never);

test('a good answer is its events, where to go on, and where the log ends', async () => {
  expect(await reading(answering({}))).toMatchObject({
    events: [{ id: '9' }],
    nextOffset: 9,
    endOffset: 12,
  });
});

test.each<[string, Record<string, string>]>([
  ['a whole address, for the same feed', { Link: '</feed?x=1&lastEventId=9>;rel=next' }],
  ['other links beside it', { Link: '</a>; rel="self", </feed?lastEventId=9>; rel="next"' }],
  ['a type with a charset', { 'Content-Type': `${TYPE}; charset=utf-8` }],
])('%s is fine', async (_, headers) => {
  expect(await reading(answering({ headers }))).toMatchObject({ nextOffset: 9 });
});

test('a head that lies before the events is taken to be behind them', async () => {
  expect(await reading(answering({ headers: { 'Log-Head': '8' } }))).toMatchObject({
    endOffset: 9,
  });
});

test('it asks for what comes after the position, from the beginning without one, and says how long to wait', async () => {
  const asked: string[] = [];
  const url = await serve((req, res) => {
    asked.push(`${req.headers.accept} ${req.url}`);
    answering({})(req, res);
  });
  await httpSource({ url: `${url}/feed` }).read(0, never);
  await httpSource({ url: `${url}/feed?shard=1`, waitMs: 700 }).read(7, never);
  expect(asked).toEqual([
    `${TYPE} /feed?timeout=5000`,
    `${TYPE} /feed?shard=1&lastEventId=7&timeout=700`,
  ]);
});

describe('refused, in words that quote nothing', () => {
  const secret = 'ann@example.org';
  test.each<[string, Answer]>([
    ['a failure', { status: 503, body: secret }],
    ['no answer that there is', { status: 204, body: '' }],
    ['what is no JSON', { body: `[{"name": ${secret}}]` }],
    ['what is no list', { body: `{"name": "${secret}"}` }],
    ['a body that ends too early', { body: `[{"name": "${secret}"` }],
    ['a page for people', { headers: { 'Content-Type': 'text/html' }, body: secret }],
    ['no type', { headers: { 'Content-Type': undefined } }],
    ['no head', { headers: { 'Log-Head': undefined } }],
    ...['-1', '1e3', '0x9', '007', '9.5', secret, '9007199254740993', '9'.repeat(500)].map(
      (head): [string, Answer] => [
        `the head ${head.slice(0, 30)}`,
        { headers: { 'Log-Head': head } },
      ],
    ),
    ['no link', { headers: { Link: undefined } }],
    ...[
      '</feed?lastEventId=9>; rel="prev"',
      '</feed>; rel="next"',
      '</feed?lastEventId=latest>; rel="next"',
      '</elsewhere?lastEventId=9>; rel="next"',
      '<https://example.org/feed?lastEventId=9>; rel="next"',
      '<http://[>; rel="next"',
      `<${'<'.repeat(5000)}`,
    ].map((link): [string, Answer] => [
      `the link ${link.slice(0, 60)}`,
      { headers: { Link: link } },
    ]),
    ['a step backwards', { headers: { Link: '</feed?lastEventId=6>; rel="next"' } }],
    ['events that lead nowhere', { headers: { Link: '</feed?lastEventId=7>; rel="next"' } }],
    ['another fault of the question', { status: 400, body: '{"errors":[{"pointer":"/query/x"}]}' }],
    ['a 400 that says nothing', { status: 400, body: secret }],
    ['a 400 whose errors are none', { status: 400, body: '{"errors":[null, 7]}' }],
    ['more than a mebibyte', { body: `["${'x'.repeat(1_048_576)}"]` }],
    [
      'more than a mebibyte, packed',
      {
        headers: { 'Content-Encoding': 'gzip' },
        body: gzipSync(`["${'x'.repeat(20_000_000)}"]`),
      },
    ],
  ])('%s', async (_, answer) => {
    const error: unknown = await reading(answering(answer)).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(SourceError);
    expect(error).not.toBeInstanceOf(UnknownOffset);
    expect((error as Error).message).not.toContain(secret);
  });

  test('being sent elsewhere; nobody goes there', async () => {
    let visited = false;
    const elsewhere = await serve((req, res) => {
      visited = true;
      answering({})(req, res);
    });
    const Location = `${elsewhere}/feed`;
    await expect(reading(answering({ status: 307, headers: { Location } }))).rejects.toThrow(
      SourceError,
    );
    expect(visited).toBe(false);
  });

  test.each<[string, (req: IncomingMessage, res: ServerResponse) => void]>([
    ['an answer that never begins', () => {}],
    [
      'an answer that never ends',
      (_req, res) => {
        res.writeHead(200, { 'Content-Type': TYPE });
        const drip = setInterval(() => res.write(' '), 20);
        res.once('close', () => clearInterval(drip));
      },
    ],
  ])('%s; its connection is given up', async (_, handler) => {
    const closed = Promise.withResolvers<void>();
    const error: unknown = await reading((req, res) => {
      res.once('close', () => closed.resolve());
      handler(req, res);
    }).catch((thrown: unknown) => thrown);
    expect(error).toEqual(new SourceError('the feed is too slow'));
    await closed.promise;
  });

  const unreachable = { name: 'SourceError', message: 'the feed cannot be reached' };

  test('a connection that is cut', async () => {
    const cut = reading((_req, res) => {
      res.writeHead(200, { 'Content-Type': TYPE });
      res.write('[');
      setImmediate(() => res.destroy());
    });
    await expect(cut).rejects.toMatchObject(unreachable);
  });

  test('nobody there', async () => {
    const gone = await listen(() => {}, '127.0.0.1', 0);
    await gone.stop();
    const asking = httpSource({ url: `${gone.url}/feed`, waitMs: 0 }).read(0, never);
    await expect(asking).rejects.toMatchObject(unreachable);
  });
});

test('a position that the log does not know is told apart', async () => {
  const body = JSON.stringify({ errors: [{ pointer: '/query/lastEventId', detail: 'x' }] });
  await expect(reading(answering({ status: 400, body }))).rejects.toThrow(
    'the log does not know this offset',
  );
  await expect(reading(answering({ status: 400, body }))).rejects.toThrow(UnknownOffset);
});

test('a wait that is given up frees its connection', async () => {
  const arrived = Promise.withResolvers<ServerResponse>();
  const url = await serve((_req, res) => arrived.resolve(res));
  const leaving = new AbortController();
  const waiting = httpSource({ url: `${url}/feed` }).read(0, leaving.signal);
  const closed = once(await arrived.promise, 'close');
  leaving.abort(new Error('enough'));
  await expect(waiting).rejects.toThrow('enough');
  await closed;
});
