// Sends answers: JSON, and the headers of every answer.
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { problemDocument, type HeaderFields, type Problem } from './problem.ts';
import { requestContextOf } from './request-context.ts';
import { namesTag, negotiateCoding, serialize, SerializedBody } from './validators.ts';

/** The result of a route; `send` turns it into a response. */
export type Answer = BodyAnswer | EmptyAnswer | StreamAnswer;

interface BodyAnswer {
  /** 200 when left out. */
  readonly status?: number;
  /** Sent as JSON. A SerializedBody is sent as it is; with a `type`, the body is sent as a string. */
  readonly body: unknown;
  readonly type?: string;
  /**
   * `public` and `private` answers have an ETag and are revalidated at each use; `no-store` answers have none.
   * `private`: the answer depends on the viewer.
   */
  readonly cache: 'public' | 'private' | 'no-store';
  readonly headers?: HeaderFields;
}

/** The request succeeded; there is no content. */
interface EmptyAnswer {
  readonly status: 204;
  readonly headers?: HeaderFields;
}

/** An endless answer, such as an event stream; never cached. `stream` writes it until the client disconnects. */
interface StreamAnswer {
  readonly stream: (res: ServerResponse) => void;
  readonly type: string;
  readonly headers?: HeaderFields;
}

/** The answer to a write: the new state, with the ETag for the next write's If-Match. */
export function written(
  state: unknown,
  headers: HeaderFields = {},
  status: 200 | 201 = 200,
): Answer {
  const body = serialize(state);
  return { status, body, cache: 'no-store', headers: { ETag: body.etag, ...headers } };
}

type Fields = Record<string, string | readonly string[]>;

function commonHeaders(res: ServerResponse): Fields {
  const { requestId, traceparent, headers } = requestContextOf(res.req);
  const own = { 'X-Request-Id': requestId, traceparent, 'X-Content-Type-Options': 'nosniff' };
  return headers === undefined ? own : Object.assign(own, headers);
}

/** Returns the common headers and `more`; the values of Vary are joined. */
function headersWith(res: ServerResponse, more: HeaderFields): Fields {
  const fields = commonHeaders(res);
  const vary = fields['Vary'];
  Object.assign(fields, more);
  if (vary !== undefined && vary !== fields['Vary'])
    fields['Vary'] = `${String(vary)}, ${String(fields['Vary'])}`;
  return fields;
}

/** @param selected the body that a 304 stands for, whose headers it has; `body` when left out */
function write(
  res: ServerResponse,
  status: number,
  type: string,
  body: SerializedBody | undefined,
  more: HeaderFields,
  selected = body,
): void {
  const headers = headersWith(res, more);
  const coding = selected && negotiateCoding(res.req, selected, headers);
  // The client may take its time to read the answer.
  requestContextOf(res.req).inFlight?.end();
  if (body === undefined) {
    res.writeHead(status, headers as OutgoingHttpHeaders).end();
    return;
  }
  if (coding !== undefined) {
    const compressed = body.compressed(coding);
    headers['Content-Type'] = type;
    headers['Content-Encoding'] = coding;
    headers['Content-Length'] = String(compressed.length);
    res.writeHead(status, headers as OutgoingHttpHeaders).end(compressed);
    return;
  }
  const { content, bytes } = body;
  headers['Content-Type'] = type;
  headers['Content-Length'] = String(bytes);
  // With as many bytes as characters, all of them are ASCII; latin1 writes the same bytes and is cheaper.
  res
    .writeHead(status, headers as OutgoingHttpHeaders)
    .end(content, bytes === content.length ? 'latin1' : 'utf8');
}

/** Sends a route's answer; 304 when the client already has this version. */
export function send(req: IncomingMessage, res: ServerResponse, answer: Answer): void {
  if ('stream' in answer) {
    const type = { 'Content-Type': answer.type, 'Cache-Control': 'no-store' };
    const headers = { ...commonHeaders(res), ...type, ...answer.headers };
    // A stream waits for news; that is no work, and no time that an answer took.
    const context = requestContextOf(req);
    context.inFlight?.end();
    context.isStream = true;
    res.writeHead(200, headers as OutgoingHttpHeaders);
    requestContextOf(req).inFlight?.end();
    // HEAD gets only the headers; the stream would never end.
    if (req.method === 'HEAD') res.end();
    else answer.stream(res);
    return;
  }
  if (!('body' in answer)) {
    write(res, answer.status, '', undefined, { 'Cache-Control': 'no-store', ...answer.headers });
    return;
  }
  const { type = 'application/json', status = 200, cache, headers } = answer;
  const body = serializedBody(answer);
  if (cache === 'no-store') {
    write(res, status, type, body, { 'Cache-Control': 'no-store', ...headers });
    return;
  }
  const tagged = { 'Cache-Control': `${cache}, no-cache`, ETag: body.etag, ...headers };
  const known = req.headers['if-none-match'];
  if (known !== undefined && namesTag(known, body.etag))
    write(res, 304, '', undefined, tagged, body);
  else write(res, status, type, body, tagged);
}

function serializedBody({ body, type }: BodyAnswer): SerializedBody {
  if (body instanceof SerializedBody) return body;
  return type === undefined ? serialize(body) : new SerializedBody(String(body));
}

/** Answers OPTIONS with the methods of the path. */
export const sendAllowed = (res: ServerResponse, allow: string): void =>
  write(res, 204, '', undefined, { Allow: allow });

/** Sends a problem document; never cached. */
export function sendProblem(req: IncomingMessage, res: ServerResponse, problem: Problem): void {
  const instance = (req.url ?? '/').split('?', 1)[0]!.slice(0, 500);
  const document = problemDocument(problem, instance, requestContextOf(req).requestId);
  write(res, problem.status, 'application/problem+json', serialize(document), {
    'Cache-Control': 'no-store',
    ...problem.headers,
  });
}
