// Identity and Social as stubs, in one process of their own: every answer is prepared, so that they cost little.
// Speaks to its parent by messages: tells its addresses, and how many requests it has seen.
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AUTHORS, post, POSTS, user } from './world.ts';

/** Told to the parent: once when listening, and at each question (any message) afterwards. */
export interface UpstreamsState {
  readonly identityUrl: string;
  readonly socialUrl: string;
  /** Requests since the start. */
  readonly identityRequests: number;
  readonly socialRequests: number;
}

// What the real services send beside the body; a reader has to parse them, so they belong to the cost.
const HEADERS = [
  ['X-Request-Id', '9f2c1a4e-0b1d-4c7a-9d0e-5a3c2b1f0e9d'],
  ['traceparent', '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'],
  ['X-Content-Type-Options', 'nosniff'],
  ['Cache-Control', 'public, no-cache'],
  ['ETag', '"4mXq1cZ5b0mV2m3nRr8jYw"'],
  ['Content-Type', 'application/json'],
].flat();

function reply(res: ServerResponse, body: string | undefined): void {
  const text = body ?? '{}';
  res.writeHead(body === undefined ? 404 : 200, [
    ...HEADERS,
    'Content-Length',
    String(Buffer.byteLength(text)),
  ]);
  res.end(text);
}

const prepared = (count: number, make: (id: number) => object): (string | undefined)[] =>
  Array.from({ length: count + 1 }, (_, id) => (id === 0 ? undefined : JSON.stringify(make(id))));

const posts = prepared(POSTS, post);
const users = prepared(AUTHORS, user);

/** `/api/things/7` and `/api/things?ids=7,8`; undefined is a 404. */
function find(things: readonly (string | undefined)[], url: string, path: string) {
  const query = `${path}?ids=`;
  if (!url.startsWith(query)) return things[Number(url.slice(path.length + 1))];
  const ids = decodeURIComponent(url.slice(query.length)).split(',');
  const found = ids.map((id) => things[Number(id)]).filter((thing) => thing !== undefined);
  return `{"items":[${found.join(',')}]}`;
}

let identityRequests = 0;
let socialRequests = 0;

const identity = createServer((req, res) => {
  identityRequests += 1;
  reply(res, find(users, req.url!, '/api/users'));
});

const social = createServer((req, res) => {
  socialRequests += 1;
  const url = req.url!;
  if (url.endsWith('/counts')) reply(res, `{"postCount":${POSTS / AUTHORS},"friendCount":3}`);
  else reply(res, find(posts, url, '/api/posts'));
});

const addresses = await Promise.all(
  [identity, social].map(
    (server) =>
      new Promise<string>((resolve) => {
        server.keepAliveTimeout = 120_000;
        server.listen(0, '127.0.0.1', () =>
          resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
        );
      }),
  ),
);

const tell = (): void => {
  process.send!({
    identityUrl: addresses[0]!,
    socialUrl: addresses[1]!,
    identityRequests,
    socialRequests,
  } satisfies UpstreamsState);
};
process.on('message', tell);
process.on('disconnect', () => process.exit(0));
tell();
