// A stub of an upstream on a real socket: healthy until told otherwise, and healthy again at the same port.
// It remembers what it was asked, by whom, and whether the asker left before the answer.
import { createServer, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import type { ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Problem, problemDocument, type InputFault, type ProblemSlug } from 'chassis/http/problem';

/** One request as the upstream got it, whole. */
export interface Seen {
  readonly method: string;
  /** The request target: path and query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** The JSON body; undefined when there is none. */
  readonly body: unknown;
  /** The asker was gone before the answer was sent. */
  left: boolean;
}

/** What a healthy upstream says. */
export interface Saying {
  readonly status: number;
  /** Sent as JSON; nothing when left out. */
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
  /** Said in place of all that, when it is there. */
  readonly later?: Promise<Saying>;
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

/** What a healthy upstream knows, and does: its answer to a request; undefined when it has nothing there. */
export type Knowledge = (seen: Seen, target: URL) => Saying | undefined;

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
  /** Requests from now on, or those that match, get no answer until the returned function is called. */
  readonly hold: (pattern?: RegExp) => () => void;
  /** Closes the port and every connection. */
  readonly refuse: () => Promise<void>;
  /** Opens the same port again. */
  readonly accept: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/** A refusal, in the upstream's words. */
export const refuses = (
  slug: ProblemSlug,
  detail = `An upstream's word on ${slug}.`,
  { headers, errors }: Pick<Saying, 'headers'> & { errors?: readonly InputFault[] } = {},
): Saying => {
  const problem = new Problem(slug, detail, errors && { errors });
  const body = problemDocument(problem, '/of/the/upstream', 'of-the-upstream');
  return { status: problem.status, body, ...(headers && { headers }) };
};

/** Answers every request so. */
export const answers =
  (saying: Saying): Behaviour =>
  ({ res }) =>
    say(res, saying);

/** Starts a stub at a free port of 127.0.0.1. */
export async function startUpstream(know: Knowledge): Promise<Upstream> {
  let behaviour: Behaviour | undefined;
  let seen: Seen[] = [];
  const serveOne = (req: IncomingMessage, res: ServerResponse, body: unknown): void => {
    const { method = '', url = '', headers } = req;
    const entry: Seen = { method, path: url, headers, body, left: false };
    seen.push(entry);
    res.once('close', () => (entry.left = !res.writableFinished));
    const turn = turnOf(req, res, entry, know);
    if (behaviour) behaviour(turn);
    else turn.answer();
  };
  const server = createServer({ keepAliveTimeout: 10_000 }, (req, res) => {
    if (req.headers['content-length'] === undefined) {
      serveOne(req, res, undefined);
      return;
    }
    let text = '';
    req.setEncoding('utf8').on('data', (part: string) => (text += part));
    req.once('end', () => serveOne(req, res, text === '' ? undefined : JSON.parse(text)));
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
    hold(pattern) {
      const held: Turn[] = [];
      const before = behaviour;
      behaviour = (turn) => {
        if (pattern?.test(turn.req.url ?? '') === false) turn.answer();
        else held.push(turn);
      };
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

function turnOf(req: IncomingMessage, res: ServerResponse, seen: Seen, know: Knowledge): Turn {
  // Done now, whenever it is answered.
  const saying =
    know(seen, new URL(seen.path, 'http://upstream')) ?? refuses('not-found', 'Nothing is there.');
  return {
    req,
    res,
    status: saying.status,
    body: textOf(saying),
    answer: () => void (saying.later?.then((last) => say(res, last)) ?? say(res, saying)),
  };
}

const textOf = ({ body }: Saying): string => (body === undefined ? '' : JSON.stringify(body));

function say(res: ServerResponse, saying: Saying): void {
  const { status, headers } = saying;
  const text = textOf(saying);
  const type = status < 400 ? 'application/json' : 'application/problem+json';
  res.writeHead(status, {
    ...(text !== '' && { 'Content-Type': type, 'Content-Length': Buffer.byteLength(text) }),
    ...headers,
  });
  res.end(text);
}
