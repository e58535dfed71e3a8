// What a broken upstream does with one request, down to raw bytes where HTTP would not allow it.
import type { Socket } from 'node:net';
import type { Responder, StubExchange } from 'chassis/testing/stub-server';

/** Stands in everything that a broken upstream says; no client may ever see it. */
export const SECRET = 'secret-of-the-upstream';

const HEAD = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n';
const MEGABYTES_20 = 20 * 1024 * 1024;
const HTML = `<!doctype html><title>${SECRET}</title><h1>It works</h1>`;
// The right keys of every answer, none with the right type.
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

/** Only what matches is treated so; all else is answered well. */
export const only =
  (pattern: RegExp, behaviour: Responder): Responder =>
  (turn) => {
    if (pattern.test(turn.req.url ?? '')) behaviour(turn);
    else turn.respond();
  };

const raw = ({ req }: StubExchange): Socket => req.socket;

/** The headers and the first bytes, in one packet; then `next`, a moment later, so that they have arrived. */
function startsThen({ req }: StubExchange, bytes: string, next: (socket: Socket) => void): void {
  req.socket.write(bytes, () => setTimeout(() => next(req.socket), 20).unref());
}

export const silent: Responder = () => undefined;
export const stalls: Responder = (turn) =>
  raw(turn).write(`${HEAD}Content-Length: 500\r\n\r\n{"id":`);

export const drips: Responder = (turn) => {
  const socket = raw(turn);
  const bytes = ' '.repeat(2000) + turn.body;
  socket.write(`${HEAD}Content-Length: ${bytes.length}\r\n\r\n`);
  let at = 0;
  const timer = setInterval(() => socket.write(bytes[at++] ?? ''), 50);
  socket.once('close', () => clearInterval(timer));
};

export const resetsAtOnce: Responder = (turn) => raw(turn).resetAndDestroy();
export const hangsUp: Responder = (turn) => raw(turn).end();
/** All of the JSON is there, but more was promised. */
const tooShort = ({ body }: StubExchange): string =>
  `${HEAD}Content-Length: ${Buffer.byteLength(body) + 100}\r\n\r\n${body}`;
export const cutsShort: Responder = (turn) =>
  startsThen(turn, tooShort(turn), (socket) => socket.end());
export const resetsInBody: Responder = (turn) =>
  startsThen(turn, tooShort(turn), (socket) => socket.resetAndDestroy());
export const cutsChunks: Responder = (turn) => {
  const { length } = Buffer.from(turn.body);
  const chunk = `${length.toString(16)}\r\n${turn.body}\r\n`;
  // Only the end of the body is missing.
  startsThen(turn, `${HEAD}Transfer-Encoding: chunked\r\n\r\n${chunk}`, (socket) => socket.end());
};

/** Blanks, which JSON allows, as fast as the other side takes them; for ever when there is no limit. */
function pour({ res }: StubExchange, limit = Infinity): void {
  const blanks = Buffer.alloc(65_536, ' ');
  let poured = 0;
  const more = (): void => {
    while (!res.destroyed && poured < limit) {
      poured += blanks.length;
      if (!res.write(blanks)) {
        res.once('drain', more);
        return;
      }
    }
    if (!res.destroyed) res.end();
  };
  more();
}

export const endless: Responder = (turn) => {
  turn.res.writeHead(200, { 'Content-Type': 'application/json' });
  turn.res.write(turn.body);
  pour(turn);
};
export const huge: Responder = (turn) => {
  const length = Buffer.byteLength(turn.body) + MEGABYTES_20;
  turn.res.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': length });
  turn.res.write(turn.body);
  pour(turn, MEGABYTES_20);
};
export const hugeInChunks: Responder = (turn) => {
  turn.res.writeHead(200, { 'Content-Type': 'application/json' });
  turn.res.write(turn.body);
  pour(turn, MEGABYTES_20);
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
  res.writeHead(503, { 'Content-Type': 'text/html', 'Retry-After': '3600' }).end(HTML);
/** To an address that would answer well, so that whoever follows is found out. */
export const redirects: Responder = (turn) => {
  const { req, res } = turn;
  if (req.url?.startsWith('/elsewhere')) turn.respond();
  else res.writeHead(301, { Location: `http://${req.headers.host}/elsewhere${req.url}` }).end();
};

export const hugeHeaders: Responder = (turn) =>
  raw(turn).end(
    `${HEAD}X-Filler: ${'x'.repeat(65_536)}\r\nContent-Length: ${turn.body.length}\r\n\r\n${turn.body}`,
  );
export const notHttp: Responder = (turn) =>
  raw(turn).end(`SSH-2.0-${SECRET}\r\n\u0000\u0001\u0002`);
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

/** A well connection answers once; whoever uses it again finds it dying. */
const dying =
  (die: (socket: Socket) => void): Responder =>
  (turn) => {
    const used = turn.req.socket as Socket & { answered?: boolean };
    if (used.answered === true) die(used);
    else turn.respond();
    used.answered = true;
  };
export const closesOnReuse = dying((socket) => socket.end());
export const resetsOnReuse = dying((socket) => socket.resetAndDestroy());
export const closesAfterwards: Responder = (turn) => {
  turn.res.shouldKeepAlive = false;
  turn.respond();
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
export const sendsEarlyHints: Responder = (turn) => {
  raw(turn).write('HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n');
  turn.respond();
};
export const sendsExtraBytes: Responder = (turn) => {
  const { length } = Buffer.from(turn.body);
  raw(turn).write(`${HEAD}Content-Length: ${length}\r\n\r\n${turn.body}and then some`);
};
/** Unknown fields are allowed, however deep they go. */
export const nestsDeep: Responder = ({ res, body }) => {
  const deep = '['.repeat(100_000) + ']'.repeat(100_000);
  res.writeHead(200, { 'Content-Type': 'application/json' });
  res.end(body.replace('{"id"', `{"deep":${deep},"id"`));
};
