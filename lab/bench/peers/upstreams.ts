// Stubs of Identity and Social in one process. Their responses are prepared, so that they cost little. The process sends its
// parent the addresses and the number of requests.
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { signingKey } from 'chassis/testing/tokens';
import { accessToken } from 'contracts/tokens';
import { AUTHORS, cursorAfter, idsAfter, isAuthor, post, POSTS, user } from '../fixtures.ts';

/** The message to the parent: once when the stubs listen, and then in reply to each message. */
export interface UpstreamsState {
  readonly identityUrl: string;
  readonly socialUrl: string;
  /** An access token that Identity's keys verify, and the only one for which Social serves feeds. */
  readonly token: string;
  /** The number of requests since the start. */
  readonly identityRequests: number;
  readonly socialRequests: number;
}

// The headers of the real services: a client has to parse them, so they are a part of the cost.
const HEADERS = [
  ['X-Request-Id', '9f2c1a4e-0b1d-4c7a-9d0e-5a3c2b1f0e9d'],
  ['traceparent', '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'],
  ['X-Content-Type-Options', 'nosniff'],
  ['ETag', '"4mXq1cZ5b0mV2m3nRr8jYw"'],
  ['Content-Type', 'application/json'],
].flat();
const PUBLIC = [...HEADERS, 'Cache-Control', 'public, no-cache'];
const PRIVATE = [...HEADERS, 'Cache-Control', 'private, no-cache'];

function send(res: ServerResponse, status: number, headers: string[], text: string): void {
  res.writeHead(status, [...headers, 'Content-Length', String(Buffer.byteLength(text))]);
  res.end(text);
}

const reply = (res: ServerResponse, body: string | undefined): void =>
  send(res, body === undefined ? 404 : 200, PUBLIC, body ?? '{}');

const prepare = (count: number, make: (id: number) => object): (string | undefined)[] =>
  Array.from({ length: count + 1 }, (_, id) => (id === 0 ? undefined : JSON.stringify(make(id))));

const posts = prepare(POSTS, post);
const users = prepare(AUTHORS, user);
// The users of cold feeds are too many to be prepared.
const userText = (id: number): string | undefined =>
  users[id] ?? (isAuthor(id) ? JSON.stringify(user(id)) : undefined);
const postText = (id: number): string | undefined => posts[id];

type TextOf = (id: number) => string | undefined;

/** Returns the response to `/api/things/7` or `/api/things?ids=7,8`; undefined for a 404. */
function find(textOf: TextOf, url: string, path: string): string | undefined {
  const query = `${path}?ids=`;
  if (!url.startsWith(query)) return textOf(Number(url.slice(path.length + 1)));
  const ids = decodeURIComponent(url.slice(query.length)).split(',');
  const texts = ids.map((id) => textOf(Number(id))).filter((text) => text !== undefined);
  return `{"items":[${texts.join(',')}]}`;
}

const key = signingKey(accessToken);
const keys = JSON.stringify({ keys: [key.jwk] });
// Valid for longer than a real token, as it is not refreshed.
const token = key.sign({ sub: '1', exp: Math.floor(Date.now() / 1000) + 3600 });
const authorization = `Bearer ${token}`;
const FEED = '/api/feed?';

/** Returns the page of a feed that follows the post in `cursor`. */
function feedPage(url: string): string {
  const cursor = Number(new URLSearchParams(url.slice(FEED.length)).get('cursor'));
  const items = idsAfter(cursor).map((id) => postText(id) ?? JSON.stringify(post(id)));
  return `{"items":[${items.join(',')}],"nextCursor":${JSON.stringify(cursorAfter(cursor))}}`;
}

let identityRequests = 0;
let socialRequests = 0;

const identity = createServer((req, res) => {
  identityRequests += 1;
  const url = req.url!;
  if (url === '/.well-known/jwks.json') reply(res, keys);
  else reply(res, find(userText, url, '/api/users'));
});

const social = createServer((req, res) => {
  socialRequests += 1;
  const url = req.url!;
  if (url.endsWith('/counts')) reply(res, `{"postCount":${POSTS / AUTHORS},"friendCount":3}`);
  else if (!url.startsWith(FEED)) reply(res, find(postText, url, '/api/posts'));
  else if (req.headers.authorization !== authorization) send(res, 401, PRIVATE, '{}');
  else send(res, 200, PRIVATE, feedPage(url));
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

const sendState = (): void => {
  process.send!({
    identityUrl: addresses[0]!,
    socialUrl: addresses[1]!,
    token,
    identityRequests,
    socialRequests,
  } satisfies UpstreamsState);
};
process.on('message', sendState);
process.on('disconnect', () => process.exit(0));
sendState();
