// A stub of a service on a real socket. It records its requests, and responds normally until a test injects a fault.
// It keeps its port.
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { Problem, problemDocument, type InputFault, type ProblemSlug } from 'chassis/http/problem';
import { SerializedBody } from 'chassis/http/validators';

/** One request with its complete body. */
export interface ReceivedRequest {
  readonly method: string;
  /** The request target: path and query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** The JSON body; undefined when there is none. */
  readonly body: unknown;
  /** Whether the client closed the connection before the response. */
  aborted: boolean;
}

export interface StubResponse {
  readonly status: number;
  /** Sent as JSON; no body when left out. */
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent instead of this response when it resolves: a long poll. */
  readonly later?: Promise<StubResponse>;
}

/** Returns the normal response to a request; undefined for a 404. */
export type Handler = (request: ReceivedRequest, target: URL) => StubResponse | undefined;

/** One request, and the means to respond to it. */
export interface StubExchange {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  /** Status and JSON text of the normal response. */
  readonly status: number;
  readonly body: string;
  /** Sends the normal response. */
  readonly respond: () => void;
}

/** Responds to one request instead of the normal response. */
export type Responder = (exchange: StubExchange) => void;

export interface StubServer {
  readonly url: string;
  readonly port: number;
  /** The requests since the start, or since `clearRequests()`. */
  readonly requests: readonly ReceivedRequest[];
  /** Clears all requests, or those whose target matches. */
  readonly clearRequests: (pattern?: RegExp) => void;
  /** Counts the requests whose target matches. */
  readonly count: (pattern: RegExp) => number;
  /** Sets the responder of further requests, also on open connections; without one, responses are normal again. */
  readonly respondWith: (responder?: Responder) => void;
  /** Delays the responses to further requests, or to those that match, until the returned function is called. */
  readonly hold: (pattern?: RegExp) => () => void;
  /** Closes the port and every connection. */
  readonly refuse: () => Promise<void>;
  /** Opens the same port again. */
  readonly accept: () => Promise<void>;
  /** Closes every connection, and new ones at their first request; the port stays open. */
  readonly disconnect: () => void;
  /** Ends `disconnect()`. */
  readonly reconnect: () => void;
  readonly close: () => Promise<void>;
}

/** Makes a problem document as a response. */
export const problem = (
  slug: ProblemSlug,
  detail = `The upstream's detail of ${slug}.`,
  { headers, errors }: Pick<StubResponse, 'headers'> & { errors?: readonly InputFault[] } = {},
): StubResponse => {
  const made = new Problem(slug, detail, errors && { errors });
  const body = problemDocument(made, '/of/the/upstream', 'of-the-upstream');
  return { status: made.status, body, ...(headers && { headers }) };
};

/** Gives every request the same response. */
export const always =
  (response: StubResponse): Responder =>
  ({ res }) =>
    send(res, response);

/** Starts a stub on a free port of 127.0.0.1. */
export async function startStub(handle: Handler): Promise<StubServer> {
  let responder: Responder | undefined;
  let requests: ReceivedRequest[] = [];
  const serve = (req: IncomingMessage, res: ServerResponse, body: unknown): void => {
    const { method = '', url = '', headers } = req;
    const request: ReceivedRequest = { method, path: url, headers, body, aborted: false };
    requests.push(request);
    res.once('close', () => (request.aborted = !res.writableFinished));
    const exchange = exchangeOf(req, res, request, handle);
    if (responder) responder(exchange);
    else exchange.respond();
  };
  const server = createServer({ keepAliveTimeout: 10_000 }, (req, res) => {
    if (req.headers['content-length'] === undefined) {
      serve(req, res, undefined);
      return;
    }
    let text = '';
    req.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    req.once('end', () => serve(req, res, text === '' ? undefined : JSON.parse(text)));
  });
  server.on('connection', (socket) => socket.on('error', () => undefined));
  const listen = (port: number) =>
    new Promise<void>((resolve, reject) => {
      server.once('error', reject).listen(port, '127.0.0.1', () => {
        server.off('error', reject);
        resolve();
      });
    });
  await listen(0);
  const { port } = server.address() as AddressInfo;

  const refuse = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    get requests() {
      return requests;
    },
    clearRequests: (pattern) =>
      (requests = requests.filter(({ path }) => pattern?.test(path) === false)),
    count: (pattern) => requests.filter(({ path }) => pattern.test(path)).length,
    respondWith: (next) => (responder = next),
    hold(pattern) {
      const held: StubExchange[] = [];
      const before = responder;
      responder = (exchange) => {
        if (pattern?.test(exchange.req.url ?? '') === false) exchange.respond();
        else held.push(exchange);
      };
      return () => {
        responder = before;
        for (const exchange of held.splice(0)) exchange.respond();
      };
    },
    refuse,
    accept: () => (server.listening ? Promise.resolve() : listen(port)),
    disconnect() {
      responder = ({ req }) => req.socket.destroy();
      server.closeAllConnections();
    },
    reconnect: () => (responder = undefined),
    close: () => (server.listening ? refuse() : Promise.resolve()),
  };
}

function exchangeOf(
  req: IncomingMessage,
  res: ServerResponse,
  request: ReceivedRequest,
  handle: Handler,
): StubExchange {
  // The request is handled now, even if a responder sends the response later.
  const response =
    handle(request, new URL(request.path, 'http://upstream')) ??
    problem('not-found', 'The stub has no such resource.');
  return {
    req,
    res,
    status: response.status,
    body: textOf(response),
    respond: () => void (response.later?.then((later) => send(res, later)) ?? send(res, response)),
  };
}

const textOf = ({ body }: StubResponse): string => (body === undefined ? '' : JSON.stringify(body));

function send(res: ServerResponse, response: StubResponse): void {
  const { status, headers } = response;
  const text = textOf(response);
  const type = status < 400 ? 'application/json' : 'application/problem+json';
  res.writeHead(status, {
    ...(text !== '' && { 'Content-Type': type, 'Content-Length': Buffer.byteLength(text) }),
    ...(status === 200 && { ETag: new SerializedBody(text).etag }),
    ...headers,
  });
  res.end(text);
}
