// The border between one caller's patience and a flight that several share: equal questions at once are asked once,
// a caller that leaves ends only its own waiting, and the flight is given up when the last of them has left.
import { Presence, type Call, type Caller, type Layer, type Reply } from '../call.ts';
import { UpstreamFailure, type UpstreamName } from '../failure.ts';

/** One question on its way. */
export interface Flight<T> {
  readonly landing: Promise<Reply<T>>;
  readonly deadlineAt: number;
  readonly presence: Presence;
  /** By so much less patience than the flight has nobody needs a timer of their own, in milliseconds. */
  readonly slackMs: number;
  waiting: number;
}

// As a share where the budget is small: whoever waits for a part of it only must not wait for all of it.
const SLACK_MS = 20;
const SLACK_SHARE = 0.05;

/** What is in the air, by its key. Whoever takes one out of it lets nobody join that one any more. */
export type Flights<T> = Map<number | string, Flight<T>>;

export interface CoalesceOptions<Q, T> {
  readonly upstream: UpstreamName;
  /** Everything that changes the answer. Only public questions may be shared. */
  readonly keyOf: (question: Q) => number | string;
  /** A flight's own budget in milliseconds: it must not depend on who happened to be first. */
  readonly limitMs: number;
  readonly flights?: Flights<T>;
}

export const coalesce =
  <Q, T>({ upstream, keyOf, limitMs, flights = new Map() }: CoalesceOptions<Q, T>): Layer<Q, T> =>
  (inner) => {
    return (question, caller) => {
      const key = keyOf(question);
      const known = flights.get(key);
      const flight = known ?? takeOff(inner, question, caller, limitMs);
      if (known === undefined) {
        flights.set(key, flight);
        const land = (): void => {
          if (flights.get(key) === flight) flights.delete(key);
        };
        flight.landing.then(land, land);
        flight.presence.onLeave(land);
      }
      return wait(flight, caller, upstream, known !== undefined);
    };
  };

function takeOff<Q, T>(inner: Call<Q, T>, question: Q, caller: Caller, limitMs: number): Flight<T> {
  const presence = new Presence();
  const deadlineAt = performance.now() + limitMs;
  return {
    landing: inner(question, { ...caller, deadlineAt, presence }),
    deadlineAt,
    presence,
    slackMs: Math.min(SLACK_MS, limitMs * SLACK_SHARE),
    waiting: 0,
  };
}

/** One caller's waiting: it ends with the flight, at the caller's deadline, or when the caller leaves. */
function wait<T>(
  flight: Flight<T>,
  caller: Caller,
  upstream: UpstreamName,
  joined: boolean,
): Promise<Reply<T>> {
  flight.waiting += 1;
  return new Promise((resolve, reject) => {
    let over = false;
    let timer: NodeJS.Timeout | undefined;
    let stopListening: (() => void) | undefined;
    const end = (then: () => void): void => {
      if (over) return;
      over = true;
      clearTimeout(timer);
      stopListening?.();
      flight.waiting -= 1;
      then();
    };

    stopListening = caller.presence.onLeave(() =>
      end(() => {
        if (flight.waiting === 0) flight.presence.leave('left');
        reject(new UpstreamFailure(upstream, 'left'));
      }),
    );
    // The flight ends by itself at its own deadline; a timer is needed only for clearly less patience than that.
    if (!over && caller.deadlineAt + flight.slackMs < flight.deadlineAt) {
      const patience = Math.max(0, caller.deadlineAt - performance.now());
      timer = setTimeout(
        () => end(() => reject(new UpstreamFailure(upstream, 'timeout'))),
        patience,
      );
    }
    flight.landing.then(
      (reply) =>
        end(() =>
          resolve(joined ? { value: reply.value, via: { kind: 'miss', collapsed: true } } : reply),
        ),
      (error: Error) => end(() => reject(error)),
    );
  });
}
