// Responses of a broken upstream. They are raw bytes where an HTTP server would refuse to send them.
import type { Socket } from 'node:net';
import type { Responder, StubExchange } from 'chassis/testing/stub-server';

/** A text in what broken upstreams send; it must not reach a client. */
export const SECRET = 'secret-of-the-upstream';

const HEAD = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n';
const MEGABYTES_20 = 20 * 1024 * 1024;
const HTML = `<!doctype html><title>${SECRET}</title><h1>It works</h1>`;
// The fields of all responses, each with a wrong type.
export const WRONG_TYPES = JSON.stringify({
  id: 'five',
  content: 5,
  authorId: null,
  createdAt: SECRET,
  username: ['x'],
  items: { 0: 1 },
  postCount: '1',
  friendCount: {},
});

/** Uses `responder` for requests whose target matches, and the normal response for all others. */
export const only =
  (pattern: RegExp, responder: Responder): Responder =>
  (exchange) => {
    if (pattern.test(exchange.req.url ?? '')) responder(exchange);
    else exchange.respond();
  };

const socketOf = ({ req }: StubExchange): Socket => req.socket;

/** Sends bytes, and runs `next` when they have surely arrived. */
function sendThen({ req }: StubExchange, bytes: string, next: (socket: Socket) => void): void {
  req.socket.write(bytes, () => setTimeout(() => next(req.socket), 20).unref());
}

export const silent: Responder = () => undefined;
export const stalls: Responder = (exchange) =>
  socketOf(exchange).write(`${HEAD}Content-Length: 500\r\n\r\n{"id":`);

export const drips: Responder = (exchange) => {
  const socket = socketOf(exchange);
  const bytes = ' '.repeat(2000) + exchange.body;
  socket.write(`${HEAD}Content-Length: ${bytes.length}\r\n\r\n`);
  let offset = 0;
  const timer = setInterval(() => socket.write(bytes[offset++] ?? ''), 50);
  socket.once('close', () => clearInterval(timer));
};

export const resetsAtOnce: Responder = (exchange) => socketOf(exchange).resetAndDestroy();
export const hangsUp: Responder = (exchange) => socketOf(exchange).end();
/** The complete JSON with a Content-Length that is too large. */
const shorterThanDeclared = ({ body }: StubExchange): string =>
  `${HEAD}Content-Length: ${Buffer.byteLength(body) + 100}\r\n\r\n${body}`;
export const cutsShort: Responder = (exchange) =>
  sendThen(exchange, shorterThanDeclared(exchange), (socket) => socket.end());
export const resetsInBody: Responder = (exchange) =>
  sendThen(exchange, shorterThanDeclared(exchange), (socket) => socket.resetAndDestroy());
export const cutsChunks: Responder = (exchange) => {
  const { length } = Buffer.from(exchange.body);
  const chunk = `${length.toString(16)}\r\n${exchange.body}\r\n`;
  // Only the last chunk is missing.
  sendThen(exchange, `${HEAD}Transfer-Encoding: chunked\r\n\r\n${chunk}`, (socket) => socket.end());
};

/** Sends blanks, which JSON allows, as fast as the client reads them: `limit` bytes, or without end. */
function sendBlanks({ res }: StubExchange, limit = Infinity): void {
  const blanks = Buffer.alloc(65_536, ' ');
  let sentBytes = 0;
  const sendMore = (): void => {
    while (!res.destroyed && sentBytes < limit) {
      sentBytes += blanks.length;
      if (!res.write(blanks)) {
        res.once('drain', sendMore);
        return;
      }
    }
    if (!res.destroyed) res.end();
  };
  sendMore();
}

export const endless: Responder = (exchange) => {
  exchange.res.writeHead(200, { 'Content-Type': 'application/json' });
  exchange.res.write(exchange.body);
  sendBlanks(exchange);
};
export const huge: Responder = (exchange) => {
  const length = Buffer.byteLength(exchange.body) + MEGABYTES_20;
  exchange.res.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': length });
  exchange.res.write(exchange.body);
  sendBlanks(exchange, MEGABYTES_20);
};
export const hugeInChunks: Responder = (exchange) => {
  exchange.res.writeHead(200, { 'Content-Type': 'application/json' });
  exchange.res.write(exchange.body);
  sendBlanks(exchange, MEGABYTES_20);
};

export const html: Responder = ({ res }) =>
  res.writeHead(200, { 'Content-Type': 'text/html' }).end(HTML);
export const sendsJson =
  (text: string): Responder =>
  ({ res }) =>
    res.writeHead(200, { 'Content-Type': 'application/json', 'X-Note': SECRET }).end(text);
export const status =
  (code: number): Responder =>
  ({ res }) => {
    res.writeHead(code, code === 204 ? {} : { 'Content-Type': 'application/problem+json' });
    res.end(code === 204 ? undefined : JSON.stringify({ title: SECRET, status: code }));
  };
export const unavailableHtml: Responder = ({ res }) =>
  res.writeHead(503, { 'Content-Type': 'text/html', 'Retry-After': '1' }).end(HTML);
/** Redirects to a path that works, so that a test notices a client that follows the redirect. */
export const redirects: Responder = (exchange) => {
  const { req, res } = exchange;
  if (req.url?.startsWith('/elsewhere')) exchange.respond();
  else res.writeHead(301, { Location: `http://${req.headers.host}/elsewhere${req.url}` }).end();
};

export const hugeHeaders: Responder = (exchange) =>
  socketOf(exchange).end(
    `${HEAD}X-Filler: ${'x'.repeat(65_536)}\r\nContent-Length: ${exchange.body.length}\r\n\r\n${exchange.body}`,
  );
export const notHttp: Responder = (exchange) =>
  socketOf(exchange).end(`SSH-2.0-${SECRET}\r\n\u0000\u0001\u0002`);
export const brokenGzip: Responder = ({ res }) =>
  res
    .writeHead(200, { 'Content-Type': 'application/json', 'Content-Encoding': 'gzip' })
    .end(`not a gzip: ${SECRET}`);

export const pollutes: Responder = ({ res, body }) =>
  res
    .writeHead(200, { 'Content-Type': 'application/json' })
    .end(
      body.replaceAll(
        '{"id"',
        '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"id"',
      ),
    );

/** Serves the first request of each connection, and kills the connection at the second. */
const servesOnceThen =
  (kill: (socket: Socket) => void): Responder =>
  (exchange) => {
    const socket = exchange.req.socket as Socket & { answered?: boolean };
    if (socket.answered === true) kill(socket);
    else exchange.respond();
    socket.answered = true;
  };
export const closesOnReuse = servesOnceThen((socket) => socket.end());
export const resetsOnReuse = servesOnceThen((socket) => socket.resetAndDestroy());
export const closesAfterwards: Responder = (exchange) => {
  exchange.res.shouldKeepAlive = false;
  exchange.respond();
};
export const inChunks: Responder = ({ res, status: code, body }) => {
  res.writeHead(code, { 'Content-Type': 'application/json; charset=utf-8' });
  for (const character of body) res.write(character);
  res.end();
};
export const addsFields: Responder = ({ res, body }) =>
  res
    .writeHead(200, { 'Content-Type': 'application/json' })
    .end(body.replaceAll('{"id"', `{"email":"${SECRET}","passwordHash":"${SECRET}","id"`));
export const sendsEarlyHints: Responder = (exchange) => {
  socketOf(exchange).write('HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n');
  exchange.respond();
};
export const sendsExtraBytes: Responder = (exchange) => {
  const { length } = Buffer.from(exchange.body);
  socketOf(exchange).write(`${HEAD}Content-Length: ${length}\r\n\r\n${exchange.body}and then some`);
};
/** Adds an unknown field. It is allowed, however deep it is. */
export const nestsDeep: Responder = ({ res, body }) => {
  const deep = '['.repeat(100_000) + ']'.repeat(100_000);
  res.writeHead(200, { 'Content-Type': 'application/json' });
  res.end(body.replace('{"id"', `{"deep":${deep},"id"`));
};
