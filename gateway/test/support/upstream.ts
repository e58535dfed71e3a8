// A stub of an upstream on a real socket: healthy until told otherwise, and healthy again at the same port.
// It remembers what it was asked, by whom, and whether the asker left before the answer.
import { createServer, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import type { ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One request as the upstream got it. */
export interface Seen {
  /** The request target: path and query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** The asker was gone before the answer was sent. */
  left: boolean;
}

/** One request to answer, healthily or not. */
export interface Turn {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  /** What a healthy upstream says: status and JSON text. */
  readonly status: number;
  readonly body: string;
  /** Says it. */
  readonly answer: () => void;
}

export type Behaviour = (turn: Turn) => void;

/** What a healthy upstream knows: the JSON body for a request target, undefined for a 404. */
export type Knowledge = (target: URL) => object | undefined;

export interface Upstream {
  readonly url: string;
  readonly port: number;
  /** Every request since the start, or since `forget()`. */
  readonly seen: readonly Seen[];
  readonly forget: () => void;
  /** How many of the requests' targets match. */
  readonly asked: (pattern: RegExp) => number;
  /** Answers so from now on, also on connections that are already there; healthily when left out. */
  readonly behave: (behaviour?: Behaviour) => void;
  /** Requests from now on get no answer until the returned function is called. */
  readonly hold: () => () => void;
  /** Closes the port and every connection. */
  readonly refuse: () => Promise<void>;
  /** Opens the same port again. */
  readonly accept: () => Promise<void>;
  readonly close: () => Promise<void>;
}

const NOT_FOUND = JSON.stringify({
  type: 'urn:social-network:problem:not-found',
  title: 'There is no such thing',
  status: 404,
});

/** Starts a stub at a free port of 127.0.0.1. */
export async function startUpstream(know: Knowledge): Promise<Upstream> {
  let behaviour: Behaviour | undefined;
  let seen: Seen[] = [];
  const server = createServer({ keepAliveTimeout: 10_000 }, (req, res) => {
    const entry: Seen = { path: req.url ?? '', headers: req.headers, left: false };
    seen.push(entry);
    res.once('close', () => (entry.left = !res.writableFinished));
    const turn = turnOf(req, res, know);
    if (behaviour) behaviour(turn);
    else turn.answer();
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
    get seen() {
      return seen;
    },
    forget: () => (seen = []),
    asked: (pattern) => seen.filter(({ path }) => pattern.test(path)).length,
    behave: (next) => (behaviour = next),
    hold() {
      const held: Turn[] = [];
      const before = behaviour;
      behaviour = (turn) => held.push(turn);
      return () => {
        behaviour = before;
        for (const turn of held.splice(0)) turn.answer();
      };
    },
    refuse,
    accept: () => (server.listening ? Promise.resolve() : listen(port)),
    close: () => (server.listening ? refuse() : Promise.resolve()),
  };
}

function turnOf(req: IncomingMessage, res: ServerResponse, know: Knowledge): Turn {
  const known = know(new URL(req.url ?? '/', 'http://upstream'));
  const status = known === undefined ? 404 : 200;
  const body = known === undefined ? NOT_FOUND : JSON.stringify(known);
  return {
    req,
    res,
    status,
    body,
    answer() {
      const type = status === 200 ? 'application/json' : 'application/problem+json';
      res.writeHead(status, { 'Content-Type': type, 'Content-Length': Buffer.byteLength(body) });
      res.end(body);
    },
  };
}
