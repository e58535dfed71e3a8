// What one connection may use: a few requests at a time, and answers that its client reads in time.
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

export interface ConnectionLimits {
  /** Requests of a connection that are begun before the first of them is answered; only pipelining sends so many. */
  readonly maxBegun: number;
  /** Further requests that may wait on a connection. */
  readonly maxWaiting: number;
  /** How long an answer may take to be sent, in ms, beside what its size allows. */
  readonly sendMs: number;
  /** The least rate at which a client must read an answer, in bytes per second. */
  readonly minBytesPerS: number;
  /** Limit on the bytes of all answers that wait to be read. */
  readonly maxUnsentBytes: number;
  /** Interval of the checks, in ms. */
  readonly checkMs: number;
}

export const CONNECTION_LIMITS: ConnectionLimits = {
  maxBegun: 4,
  maxWaiting: 100,
  sendMs: 15_000,
  // A phone at the edge of a network reads faster.
  minBytesPerS: 8_192,
  maxUnsentBytes: 256 * 1024 * 1024,
  checkMs: 1_000,
};

/**
 * Why a connection was closed: no byte moved, an answer was read too slowly, the unsent answers need too much memory, or
 * too many requests were sent without waiting for their answers.
 */
export const cutOffReasons = ['stalled', 'slow', 'memory', 'pipelined'] as const;
export type CutOffReason = (typeof cutOffReasons)[number];

/** Called for each connection that is closed because its client breaks a limit. `res`: the answer at that time. */
export type OnCutOff = (reason: CutOffReason, res: ServerResponse) => void;

interface Connection {
  /** The answers to requests that were begun, in order. */
  readonly begun: ServerResponse[];
  readonly waiting: [IncomingMessage, ServerResponse][];
  /** When a check first saw that the first answer was complete but not sent, and how much of it was unsent. */
  sending?: { readonly res: ServerResponse; readonly since: number; readonly bytes: number };
}

/** Returns the first answer that is not sent. */
function firstAnswer({ begun }: Connection): ServerResponse | undefined {
  while (begun[0]?.closed === true) begun.shift();
  return begun[0];
}

const unsentBytes = ({ begun }: Connection): number =>
  begun.reduce((sum, res) => sum + res.writableLength, 0);

/**
 * Begins only a few requests of each connection at once, whatever the client sends. Node alone would begin all of them,
 * before the first is answered.
 */
export function limitConnections(
  server: Server,
  handler: RequestListener,
  { maxBegun, maxWaiting, sendMs, minBytesPerS, maxUnsentBytes, checkMs }: ConnectionLimits,
  onCutOff: OnCutOff,
): void {
  const connections = new Map<Socket, Connection>();

  const beginWaiting = (connection: Connection): void => {
    const { begun, waiting } = connection;
    firstAnswer(connection);
    while (begun.length < maxBegun && waiting.length > 0) {
      const [req, res] = waiting.shift()!;
      if (req.socket.destroyed) return;
      begun.push(res);
      handler(req, res);
    }
    if (waiting.length > 0) begun[0]!.once('close', () => beginWaiting(connection));
  };
  const cutOff = (reason: CutOffReason, socket: Socket): void => {
    const connection = connections.get(socket);
    const res = connection && firstAnswer(connection);
    if (res !== undefined) onCutOff(reason, res);
    socket.destroy();
  };
  const onRequest = (req: IncomingMessage, res: ServerResponse): void => {
    const connection = connections.get(req.socket);
    // Node parses the rest of a packet, also when its connection is closed already.
    if (connection === undefined || req.socket.destroyed) return;
    const { begun, waiting } = connection;
    const first = firstAnswer(connection);
    if (begun.length < maxBegun) {
      begun.push(res);
      handler(req, res);
    } else if (waiting.length === maxWaiting) cutOff('pipelined', req.socket);
    else if (waiting.push([req, res]) === 1) first!.once('close', () => beginWaiting(connection));
  };

  const check = (): void => {
    const now = performance.now();
    let unsent = 0;
    const sending: [Socket, number][] = [];
    for (const [socket, connection] of connections) {
      const res = firstAnswer(connection);
      if (res?.writableEnded !== true) continue;
      if (connection.sending?.res !== res)
        connection.sending = { res, since: now, bytes: res.writableLength };
      const { since, bytes } = connection.sending;
      if (now - since > sendMs + (bytes / minBytesPerS) * 1000) cutOff('slow', socket);
      unsent += unsentBytes(connection);
      sending.push([socket, since]);
    }
    if (unsent <= maxUnsentBytes) return;
    for (const [socket] of sending.sort(([, a], [, b]) => a - b)) {
      if (unsent <= maxUnsentBytes) break;
      unsent -= unsentBytes(connections.get(socket)!);
      cutOff('memory', socket);
    }
  };
  const checks = setInterval(check, checkMs);
  checks.unref();

  server.on('connection', (socket: Socket) => {
    connections.set(socket, { begun: [], waiting: [] });
    socket.once('close', () => connections.delete(socket));
  });
  server.on('request', onRequest);
  server.on('checkExpectation', onRequest);
  server.on('timeout', (socket: Socket) => cutOff('stalled', socket));
  server.on('close', () => clearInterval(checks));
}
