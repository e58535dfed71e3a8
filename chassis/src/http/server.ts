// HTTP listeners: limits on what a client may send, and a stop that loses no request in flight.
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { MessageClasses } from './request-context.ts';
import { sendProblem } from './answer.ts';
import type { Admission } from './admission.ts';
import { CONNECTION_LIMITS, limitConnections } from './connections.ts';
import type { ConnectionLimits, OnCutOff } from './connections.ts';
import { connectRefused, parserProblem, rawAnswer, syntaxProblem } from './request-syntax.ts';
import { limitUnreadBody } from './unread-body.ts';
import { httpUrl } from '../base/address.ts';
import { StartupError } from '../base/startup-error.ts';

/** Time limit for requests in flight when the listener stops. */
const STOP_LIMIT_MS = 8_000;
const HEAD_MS = 10_000;
const STALL_MS = 15_000;
const KEEP_ALIVE_MS = 15_000;
const SWEEP_MS = 100;
/** Time limit for the rest of a body after the answer, in ms. */
const UNREAD_BODY_MS = 2_000;
/** Time limit for a body, in ms; a handler that reads one has a shorter limit. */
const BODY_LIMIT_MS = 5_000;

export interface ListenOptions {
  /** Message classes made for the app behind the handler; Node's own classes when left out. */
  readonly messages?: MessageClasses | undefined;
  /**
   * Time limit for a connection with a request on which no data moves, in ms; 15 s when left out. Without it, a client
   * that does not read its answers would keep its requests in flight for ever. Longer than any handler takes to answer.
   */
  readonly stallMs?: number;
  /** Time limit for the head of a request, in ms; 10 s when left out. Must be below `stallMs`, or no 408 is sent. */
  readonly headMs?: number;
  /**
   * How long an idle connection is kept, in ms; 15 s when left out. Longer than the clients keep theirs, so that they close
   * first: a request that arrives at the moment of closing is lost.
   */
  readonly keepAliveMs?: number;
  /** Time limit for the rest of a body after the answer, in ms; 2 s when left out. */
  readonly unreadBodyMs?: number;
  readonly limits?: Partial<ConnectionLimits>;
  readonly onCutOff?: OnCutOff | undefined;
  /** Closes new connections unread while there are too many requests; never when left out. */
  readonly admission?: Admission | undefined;
}

/** A listener that accepts connections. */
export interface Listening {
  readonly url: string;
  /** From now on, each answer closes its connection. New connections are still accepted. */
  closeAfterAnswers(): void;
  /**
   * Stops accepting, lets requests in flight finish, and resolves when the last connection is closed.
   * @param limitMs after this time, all connections are closed
   */
  stop(limitMs?: number): Promise<void>;
}

/** The address is taken or not available. The message is for the person at the terminal. */
export class ListenError extends StartupError {
  override readonly name = 'ListenError';
}

/**
 * Listens on host:port; port 0 takes a free port.
 * @throws ListenError when the address is not available
 */
export async function listen(
  handler: RequestListener,
  host: string,
  port: number,
  {
    messages,
    stallMs = STALL_MS,
    headMs = HEAD_MS,
    keepAliveMs = KEEP_ALIVE_MS,
    unreadBodyMs = UNREAD_BODY_MS,
    limits,
    onCutOff = () => undefined,
    admission,
  }: ListenOptions = {},
): Promise<Listening> {
  let isClosing = false;
  const server = createServer({
    keepAliveTimeout: keepAliveMs,
    headersTimeout: headMs,
    // Interval of Node's checks for timeouts; the default is 30 s.
    connectionsCheckingInterval: headMs / 10,
    // Also for a body that no handler reads.
    requestTimeout: headMs + BODY_LIMIT_MS,
    // `syntaxProblem` looks at the host, and answers with a problem document.
    requireHostHeader: false,
    maxHeaderSize: 16_384,
    // Makes no stream for requests without a body: it would be a fifteenth of the cost of a small request.
    optimizeEmptyRequests: true,
    ...messages,
  });
  const checked: RequestListener = (req, res) => {
    if (isClosing) res.shouldKeepAlive = false;
    limitUnreadBody(req, res, unreadBodyMs);
    const problem = syntaxProblem(req);
    if (problem === undefined) handler(req, res);
    else sendProblem(req, res, problem);
  };
  admission?.attach(server);
  limitConnections(server, checked, { ...CONNECTION_LIMITS, ...limits }, onCutOff);
  server.timeout = stallMs;
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    if (socket.writable && error.code !== 'ECONNRESET')
      socket.end(rawAnswer(parserProblem(error.code)));
    else socket.destroy();
  });
  server.on('connect', (_req, socket) => socket.end(rawAnswer(connectRefused())));
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(listenError(error, host, port)));
    server.listen(port, host, resolve);
  });
  const { port: bound } = server.address() as AddressInfo;

  return {
    url: httpUrl(host, bound),
    closeAfterAnswers() {
      isClosing = true;
    },
    stop(limitMs = STOP_LIMIT_MS) {
      isClosing = true;
      return close(server, limitMs);
    },
  };
}

/** Server.close() alone would go on serving keep-alive clients for ever, so a sweep closes idle connections. */
function close(server: Server, limitMs: number): Promise<void> {
  const sweep = setInterval(() => server.closeIdleConnections(), SWEEP_MS);
  const limit = setTimeout(() => server.closeAllConnections(), limitMs);
  return new Promise((resolve) => {
    server.close(() => {
      clearInterval(sweep);
      clearTimeout(limit);
      resolve();
    });
  });
}

function listenError(error: NodeJS.ErrnoException, host: string, port: number): ListenError {
  const reason =
    error.code === 'EADDRINUSE' ? 'something else listens there' : (error.code ?? 'unknown error');
  return new ListenError(`Cannot listen on ${host}:${port}: ${reason}.`, { cause: error });
}
