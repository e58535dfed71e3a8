// Sending an answer: JSON, validators (ETag, RFC 9110), the headers that every answer carries.
import { hash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { problemDocument, type Problem } from './problem.ts';
import { exchangeOf } from './exchange.ts';

/** What a route gives back; `send` turns it into a response. */
export type Answer = WholeAnswer | FixedAnswer | StreamAnswer;

interface WholeAnswer {
  /** 200 when left out. */
  readonly status?: number;
  /** Sent as JSON; with a `type` it is a text, sent as it is. */
  readonly body: unknown;
  readonly type?: string;
  /**
   * `public` and `private` answers carry an ETag and are revalidated at each use; a `no-store` one has none.
   * `private`: the answer depends on who asks.
   */
  readonly cache: 'public' | 'private' | 'no-store';
  readonly headers?: Readonly<Record<string, string>>;
}

/** An answer that is the same for the process's whole life, and public; `fixedAnswer` makes it. */
interface FixedAnswer {
  readonly bytes: Buffer;
  readonly etag: string;
  readonly type: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Makes its bytes and its ETag once, for all requests: of a large file, each time would stop the process for long. */
export const fixedAnswer = (
  text: string,
  type: string,
  headers: Readonly<Record<string, string>> = {},
): FixedAnswer => ({ bytes: Buffer.from(text), etag: etagOf(text), type, headers });

const etagOf = (body: string): string => `"${hash('sha1', body, 'base64url')}"`;

/** An answer without end, such as an event stream (never cached): `stream` writes it until the client leaves. */
interface StreamAnswer {
  readonly stream: (res: ServerResponse) => void;
  readonly type: string;
}

/** If-None-Match (RFC 9110, section 13.1.2): weak comparison with any of the listed tags, or `*`. */
function matches(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  return (
    ifNoneMatch.trim() === '*' ||
    ifNoneMatch.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag)
  );
}

function head(res: ServerResponse): Record<string, string> {
  const { requestId, traceparent } = exchangeOf(res.req);
  return { 'X-Request-Id': requestId, traceparent, 'X-Content-Type-Options': 'nosniff' };
}

function write(
  res: ServerResponse,
  status: number,
  type: string,
  body: string | Buffer | undefined,
  more: Readonly<Record<string, string>>,
): void {
  const headers = Object.assign(head(res), more);
  let encoding: BufferEncoding = 'utf8';
  if (body !== undefined) {
    headers['Content-Type'] = type;
    const bytes = Buffer.byteLength(body);
    headers['Content-Length'] = String(bytes);
    // As many bytes as characters: all of them are ASCII, which is latin1 too, and cheaper to write.
    if (bytes === body.length) encoding = 'latin1';
  }
  res.writeHead(status, headers);
  res.end(body, encoding);
}

/** Sends a route's answer; 304 when the client holds the very same one. */
export function send(req: IncomingMessage, res: ServerResponse, answer: Answer): void {
  if ('stream' in answer) {
    const headers = { ...head(res), 'Content-Type': answer.type, 'Cache-Control': 'no-store' };
    res.writeHead(200, headers);
    // HEAD asks for the headers alone; nothing would ever end it.
    if (req.method === 'HEAD') res.end();
    else answer.stream(res);
    return;
  }
  if ('bytes' in answer) {
    const { bytes, etag, type, headers } = answer;
    sendTagged(req, res, { status: 200, type, body: bytes, etag, cache: 'public', headers });
    return;
  }
  const { type = 'application/json', status = 200, cache, headers } = answer;
  const body = answer.type === undefined ? JSON.stringify(answer.body) : String(answer.body);
  if (cache === 'no-store')
    write(res, status, type, body, { 'Cache-Control': 'no-store', ...headers });
  else sendTagged(req, res, { status, type, body, etag: etagOf(body), cache, headers });
}

interface Tagged {
  readonly status: number;
  readonly type: string;
  readonly body: string | Buffer;
  readonly etag: string;
  readonly cache: 'public' | 'private';
  readonly headers: Readonly<Record<string, string>> | undefined;
}

function sendTagged(req: IncomingMessage, res: ServerResponse, tagged: Tagged): void {
  const { status, type, body, etag, cache } = tagged;
  const headers = { 'Cache-Control': `${cache}, no-cache`, ETag: etag, ...tagged.headers };
  if (matches(req.headers['if-none-match'], etag)) write(res, 304, '', undefined, headers);
  else write(res, status, type, body, headers);
}

/** Answers OPTIONS: which methods there are. */
export const sendAllowed = (res: ServerResponse, allow: string): void =>
  write(res, 204, '', undefined, { Allow: allow });

/** Sends a problem document; never cached. */
export function sendProblem(req: IncomingMessage, res: ServerResponse, problem: Problem): void {
  const instance = (req.url ?? '/').split('?', 1)[0]!.slice(0, 500);
  const document = problemDocument(problem, instance, exchangeOf(req).requestId);
  write(res, problem.status, 'application/problem+json', JSON.stringify(document), {
    'Cache-Control': 'no-store',
    ...problem.headers,
  });
}
