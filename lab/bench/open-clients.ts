// The clients of an open loop: each request is sent when it is due, whatever became of the others.
import { connect, type Socket } from 'node:net';
import { idSequence, isFeed, targetOf } from './fixtures.ts';
import { answerLength } from './load.ts';
import type { OpenLoadOptions } from './open-load.ts';

/** An answer within this time is in time, in ms. */
export const IN_TIME_MS = 250;
/** A client gives up after this time, in ms. */
export const GIVE_UP_MS = 3_000;
const KEPT = 200;

export type Outcome = 'inTime' | 'late' | 'refused' | 'dropped' | 'givenUp' | 'unsent' | 'errors';

/** The clients of one load. */
export interface Clients {
  readonly counts: Readonly<Record<Outcome, number>>;
  /** The times of the answers with a 200, in ms. */
  readonly times: readonly number[];
  /** The number of requests without an answer yet. */
  readonly open: number;
  /** Sends one request that was due at `due`. @param counted false for a probe */
  arrive(due: number, counted?: boolean): Promise<Outcome>;
  /** Closes the connections of requests that are too old. Called often. */
  giveUp(): void;
  close(): void;
}

const outcomeOf = (answer: string | undefined, ms: number): Outcome => {
  if (answer === undefined) return ms >= GIVE_UP_MS ? 'givenUp' : 'dropped';
  if (answer.startsWith('HTTP/1.1 503')) return 'refused';
  if (!answer.startsWith('HTTP/1.1 200')) return 'errors';
  return ms <= IN_TIME_MS ? 'inTime' : 'late';
};

/** Opens the connections of the balancer, if there is one. */
export function createClients(options: OpenLoadOptions): Clients {
  const { clients } = options;
  const { hostname, port, host } = new URL(options.url);
  const nextId = idSequence(options.work, options.seed);
  const more =
    (isFeed(options.work) ? `Authorization: Bearer ${options.token}\r\n` : '') +
    (clients === 'new' ? 'Connection: close\r\n' : '');
  const text = (): string =>
    `GET ${targetOf(options.work, nextId())} HTTP/1.1\r\nHost: ${host}\r\n${more}\r\n`;
  const counts = { inTime: 0, late: 0, refused: 0, dropped: 0, givenUp: 0, unsent: 0, errors: 0 };
  const times: number[] = [];
  let open = 0;

  /** Calls `done` once with the answer, or with undefined when the connection ends without one. */
  const exchange = (socket: Socket, done: (answer: string | undefined) => void): void => {
    let received = '';
    const end = (answer: string | undefined): void => {
      socket.off('data', onData).off('close', onClose);
      done(answer);
    };
    const onClose = (): void => end(undefined);
    const onData = (bytes: Buffer): void => {
      received += bytes.toString('latin1');
      const length = answerLength(received);
      if (length !== undefined && received.length >= length) end(received);
    };
    socket.on('data', onData).once('close', onClose);
    socket.write(text(), 'latin1');
  };
  const dial = (): Socket =>
    connect({ host: hostname, port: Number(port), noDelay: true }).on('error', () => undefined);

  const free: Socket[] = clients === 'kept' ? Array.from({ length: KEPT }, dial) : [];
  /** A connection that the server closed while nobody used it is opened again. */
  const take = (): Socket | undefined => {
    const socket = free.pop();
    return socket?.destroyed === true ? dial() : socket;
  };
  const impatient = new Map<Socket, number>();
  const arrive = (due: number, counted = true): Promise<Outcome> =>
    new Promise((resolve) => {
      const socket = clients === 'new' ? dial() : take();
      if (socket === undefined) {
        counts.unsent += counted ? 1 : 0;
        resolve('unsent');
        return;
      }
      open += 1;
      impatient.set(socket, due + GIVE_UP_MS);
      exchange(socket, (answer) => {
        open -= 1;
        impatient.delete(socket);
        const ms = performance.now() - due;
        const outcome = outcomeOf(answer, ms);
        if (counted) counts[outcome] += 1;
        if (counted && (outcome === 'inTime' || outcome === 'late')) times.push(ms);
        if (clients === 'new' || answer === undefined) socket.destroy();
        if (clients === 'kept')
          free.push(
            socket.destroyed || /\r\nconnection: close/i.test(answer ?? '') ? dial() : socket,
          );
        resolve(outcome);
      });
    });
  const giveUp = (): void => {
    const now = performance.now();
    // In the order of their arrival.
    for (const [socket, at] of impatient) {
      if (at > now) break;
      socket.destroy();
    }
  };
  return {
    counts,
    times,
    get open() {
      return open;
    },
    arrive,
    giveUp,
    close() {
      for (const socket of free) socket.destroy();
    },
  };
}
