// Keeps the kernel's queue of new connections short. Node accepts one connection in each iteration of the event loop, the oldest
// first; with more work than the process can do, all of them would be answered late.
import type { Server } from 'node:net';

/** How long the loop may be busy without a pause before the process counts as overloaded, in ms: a burst is no overload. */
const ONSET_MS = 500;
/** The fewest connections accepted in that time, since a burst on a slow machine is no overload either. */
const ONSET_CONNECTIONS = 511;
/** How long connections are accepted without a pause while the process is overloaded, in ms: none waited for longer. */
const ACCEPT_MS = 100;
/** How long after the last closed connection the process still counts as overloaded, in ms. */
const CALM_MS = 1_000;
/** The length of the kernel's queue: after so many closed connections, all that still wait are young. */
export const BACKLOG = 511;

/** The clocks, in ms; tests have their own. */
export interface Clocks {
  readonly now: () => number;
  /** The sum of all times in which the event loop had nothing to do. */
  readonly idle: () => number;
}

const realClocks: Clocks = {
  now: () => performance.now(),
  idle: () => performance.eventLoopUtilization().idle,
};

export interface AcceptQueue {
  readonly isOverloaded: boolean;
  /** Called some times a second while there is work. */
  check(): void;
}

/**
 * Closes new connections unread while the process is overloaded, until the loop has a pause, so the queue is empty. Each waited
 * at most since the last pause. Closing costs little: Node does it before it makes any object for the connection.
 * @param onClosed called for each connection that was closed
 */
export function guardAcceptQueue(
  server: Server,
  onClosed: () => void,
  { now, idle }: Clocks = realClocks,
): AcceptQueue {
  let idleMs = idle();
  let pausedAt = now();
  let accepted = 0;
  let acceptedBefore = 0;
  let closed = 0;
  let overloadedUntil = 0;

  const accept = (): void => {
    server.maxConnections = Infinity;
    pausedAt = now();
    accepted = 0;
    acceptedBefore = 0;
  };
  const hadPause = (): boolean => {
    const before = idleMs;
    idleMs = idle();
    return idleMs > before;
  };
  server.on('connection', () => (accepted += 1));
  server.on('drop', () => {
    closed += 1;
    onClosed();
    if (hadPause() || closed >= BACKLOG) accept();
  });
  return {
    get isOverloaded() {
      return now() < overloadedUntil;
    },
    check() {
      // Each iteration accepts a connection, unless none waits.
      const isEmpty = accepted === acceptedBefore && server.maxConnections !== 0;
      acceptedBefore = accepted;
      if (hadPause() || isEmpty) {
        accept();
        return;
      }
      const busyMs = now() - pausedAt;
      const isStanding =
        now() < overloadedUntil
          ? busyMs > ACCEPT_MS
          : busyMs > ONSET_MS && accepted >= ONSET_CONNECTIONS;
      if (!isStanding) return;
      if (server.maxConnections !== 0) closed = 0;
      server.maxConnections = 0;
      overloadedUntil = now() + CALM_MS;
    },
  };
}
