// The event source that reads an HTTP feed: valid and invalid answers of the feed.
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

/** Makes a handler that answers a read after offset 7 correctly, except for the given changes. */
const answerWith =
  ({ status = 200, headers = {}, body = '[{"id":"9"}]' }: Answer): RequestListener =>
  (_req, res) => {
    const link = '</feed?lastEventId=9>; rel="next"';
    const all = { 'Content-Type': TYPE, Link: link, 'Log-Head': '12', ...headers };
    res.writeHead(status, JSON.parse(JSON.stringify(all)) as Record<string, string>);
    res.end(body);
  };

const sourceOf = async (handler: RequestListener) =>
  httpSource({ url: `${await serve(handler)}/feed`, waitMs: 0, graceMs: 400 });
const readFrom = async (handler: RequestListener, after = 7) =>
  (await sourceOf(handler)).read(after, never);

test('reads the events, the next offset and the end offset of the log', async () => {
  expect(await readFrom(answerWith({}))).toMatchObject({
    events: [{ id: '9' }],
    nextOffset: 9,
    endOffset: 12,
  });
});

test.each<[string, Record<string, string>]>([
  [
    'a link with another parameter, for the same feed',
    { Link: '</feed?x=1&lastEventId=9>;rel=next' },
  ],
  ['two links', { Link: '</a>; rel="self", </feed?lastEventId=9>; rel="next"' }],
  ['a content type with a charset', { 'Content-Type': `${TYPE}; charset=utf-8` }],
])('accepts %s', async (_, headers) => {
  expect(await readFrom(answerWith({ headers }))).toMatchObject({ nextOffset: 9 });
});

test('accepts an absolute link to the same feed', async () => {
  const page = readFrom((req, res) => {
    const Link = `<http://${req.headers.host}/feed?lastEventId=9>; rel="next"`;
    answerWith({ headers: { Link } })(req, res);
  });
  expect(await page).toMatchObject({ nextOffset: 9 });
});

test('raises an end offset that is before the last event to the next offset', async () => {
  expect(await readFrom(answerWith({ headers: { 'Log-Head': '8' } }))).toMatchObject({
    endOffset: 9,
  });
});

test('requests the events after an offset, all events after 0, and sends the time to wait', async () => {
  const requests: string[] = [];
  const url = await serve((req, res) => {
    requests.push(`${req.headers.accept} ${req.url}`);
    answerWith({})(req, res);
  });
  await httpSource({ url: `${url}/feed` }).read(0, never);
  await httpSource({ url: `${url}/feed?shard=1`, waitMs: 700 }).read(7, never);
  expect(requests).toEqual([
    `${TYPE} /feed?timeout=5000`,
    `${TYPE} /feed?shard=1&lastEventId=7&timeout=700`,
  ]);
});

describe('a SourceError that quotes nothing of the answer', () => {
  const secret = 'ann@example.org';
  test.each<[string, Answer]>([
    ['status 503', { status: 503, body: secret }],
    ['status 204', { status: 204, body: '' }],
    ['a body that is not JSON', { body: `[{"name": ${secret}}]` }],
    ['a body that is not an array', { body: `{"name": "${secret}"}` }],
    ['a body that ends too early', { body: `[{"name": "${secret}"` }],
    ['an HTML page', { headers: { 'Content-Type': 'text/html' }, body: secret }],
    ['no content type', { headers: { 'Content-Type': undefined } }],
    ['no Log-Head', { headers: { 'Log-Head': undefined } }],
    ...['-1', '1e3', '0x9', '007', '9.5', secret, '9007199254740993', '9'.repeat(500)].map(
      (head): [string, Answer] => [
        `the Log-Head ${head.slice(0, 30)}`,
        { headers: { 'Log-Head': head } },
      ],
    ),
    ['no Link', { headers: { Link: undefined } }],
    ...[
      '</feed?lastEventId=9>; rel="prev"',
      '</feed>; rel="next"',
      '</feed?lastEventId=latest>; rel="next"',
      '</elsewhere?lastEventId=9>; rel="next"',
      '<https://example.org/feed?lastEventId=9>; rel="next"',
      '<http://[>; rel="next"',
      `<${'<'.repeat(5000)}`,
    ].map((link): [string, Answer] => [
      `the Link ${link.slice(0, 60)}`,
      { headers: { Link: link } },
    ]),
    [
      'a next offset before the current one',
      { headers: { Link: '</feed?lastEventId=6>; rel="next"' } },
    ],
    [
      'events with the same next offset',
      { headers: { Link: '</feed?lastEventId=7>; rel="next"' } },
    ],
    ['a 400 about another parameter', { status: 400, body: '{"errors":[{"pointer":"/query/x"}]}' }],
    ['a 400 that is not JSON', { status: 400, body: secret }],
    ['a 400 whose errors are malformed', { status: 400, body: '{"errors":[null, 7]}' }],
    ['a body of more than 1 MiB', { body: `["${'x'.repeat(1_048_576)}"]` }],
    [
      'a compressed body of more than 1 MiB',
      {
        headers: { 'Content-Encoding': 'gzip' },
        body: gzipSync(`["${'x'.repeat(20_000_000)}"]`),
      },
    ],
  ])('is thrown for %s', async (_, answer) => {
    const error: unknown = await readFrom(answerWith(answer)).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(SourceError);
    expect(error).not.toBeInstanceOf(UnknownOffset);
    expect((error as Error).message).not.toContain(secret);
  });

  test('is thrown for a redirect, which is not followed', async () => {
    let visited = false;
    const elsewhere = await serve((req, res) => {
      visited = true;
      answerWith({})(req, res);
    });
    const Location = `${elsewhere}/feed`;
    await expect(readFrom(answerWith({ status: 307, headers: { Location } }))).rejects.toThrow(
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
  ])('is thrown for %s, whose connection is closed', async (_, handler) => {
    const closed = Promise.withResolvers<void>();
    const error: unknown = await readFrom((req, res) => {
      res.once('close', () => closed.resolve());
      handler(req, res);
    }).catch((thrown: unknown) => thrown);
    expect(error).toEqual(new SourceError('the feed is too slow'));
    await closed.promise;
  });

  const unreachable = { name: 'SourceError', message: 'the feed cannot be reached' };

  test('is thrown for a connection that ends early', async () => {
    const cut = readFrom((_req, res) => {
      res.writeHead(200, { 'Content-Type': TYPE });
      res.write('[');
      setImmediate(() => res.destroy());
    });
    await expect(cut).rejects.toMatchObject(unreachable);
  });

  test('is thrown when nothing listens', async () => {
    const stopped = await listen(() => {}, '127.0.0.1', 0);
    await stopped.stop();
    const read = httpSource({ url: `${stopped.url}/feed`, waitMs: 0 }).read(0, never);
    await expect(read).rejects.toMatchObject(unreachable);
  });
});

test('throws UnknownOffset for an offset that the log does not know', async () => {
  const body = JSON.stringify({ errors: [{ pointer: '/query/lastEventId', detail: 'x' }] });
  await expect(readFrom(answerWith({ status: 400, body }))).rejects.toThrow(
    'the log does not know this offset',
  );
  await expect(readFrom(answerWith({ status: 400, body }))).rejects.toThrow(UnknownOffset);
});

test('closes the connection when a wait is cancelled', async () => {
  const arrived = Promise.withResolvers<ServerResponse>();
  const url = await serve((_req, res) => arrived.resolve(res));
  const controller = new AbortController();
  const waiting = httpSource({ url: `${url}/feed` }).read(0, controller.signal);
  const closed = once(await arrived.promise, 'close');
  controller.abort(new Error('enough'));
  await expect(waiting).rejects.toThrow('enough');
  await closed;
});
