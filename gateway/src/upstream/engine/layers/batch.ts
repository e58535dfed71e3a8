// Sends requests for single ids that arrive in the same turn of the event loop as one request for many ids.
import { sharedCaller, within, type Call, type Caller, type Reply } from '../call.ts';
import { kindOfThrown, UpstreamFailure, type FailureKind, type UpstreamName } from '../failure.ts';
import type { Span } from 'chassis/observability/span';
import type { Quarantine } from '../quarantine.ts';

/** Loads many ids at once. An id that is absent from the map does not exist. */
export type CallMany<T> = Call<readonly number[], ReadonlyMap<number, T>>;

export interface BatchOptions<T> {
  readonly upstream: UpstreamName;
  /** The largest number of ids that the upstream takes in one request. */
  readonly maxIds: number;
  readonly onBatch: (size: number) => void;
  /** Loads ids without the breaker counting the outcome, and without a retry. */
  readonly trial: CallMany<T>;
  readonly quarantine: Quarantine<number>;
  readonly onQuarantined: () => void;
}

interface Pending<T> {
  readonly id: number;
  readonly caller: Caller;
  readonly resolve: (reply: Reply<T | undefined>) => void;
  readonly reject: (error: unknown) => void;
}

/** Failures of a batch that one bad id may have caused. */
const ISOLATED: ReadonlySet<FailureKind> = new Set(['nonsense', 'too-large', 'server-error']);
/** After so many failures in a row the upstream itself is failing: no more requests to find a bad id. */
const MAX_FAILURES_IN_ROW = 4;

/** Expects each id at most once in a turn: `coalesce` stands above. */
export function batch<T>(
  many: CallMany<T>,
  { upstream, maxIds, onBatch, trial, quarantine, onQuarantined }: BatchOptions<T>,
): Call<number, T | undefined> {
  let queue: Pending<T>[] = [];

  /** Settles every id of the group on success. @throws what the call throws */
  const attempt = async (call: CallMany<T>, group: readonly Pending<T>[]): Promise<void> => {
    onBatch(group.length);
    const callers = group.map((pending) => pending.caller);
    const { caller, release } = sharedCaller(callers);
    const span = beginBatch(caller, callers);
    let failure: string | undefined;
    try {
      const ids = group.map(({ id }) => id);
      const { value, via } = await call(ids, within(caller, span));
      for (const { id, resolve } of group) {
        quarantine.succeeded(id);
        resolve({ value: value.get(id), via });
      }
    } catch (error) {
      failure = kindOfThrown(error);
      throw error;
    } finally {
      release();
      span?.end(failure);
    }
  };
  const fail = (group: readonly Pending<T>[], error: unknown): void => {
    const [only, ...others] = group;
    if (only !== undefined && others.length === 0) quarantine.failed(only.id, error);
    for (const { reject } of group) reject(error);
  };

  /** Finds the ids that fail by requesting ever smaller halves of a batch that failed. */
  const isolate = async (batched: readonly Pending<T>[], first: unknown): Promise<void> => {
    let failuresInRow = 1;
    let error = first;
    const halve = async (group: readonly Pending<T>[]): Promise<void> => {
      const middle = group.length >> 1;
      for (const half of [group.slice(0, middle), group.slice(middle)]) {
        if (failuresInRow >= MAX_FAILURES_IN_ROW) {
          for (const { reject } of half) reject(error);
          continue;
        }
        try {
          await attempt(trial, half);
          failuresInRow = 0;
        } catch (thrown) {
          // A trial that was not sent, since the breaker has opened, says less than the failure before it.
          if (isIsolated(thrown)) error = thrown;
          failuresInRow = isIsolated(thrown) ? failuresInRow + 1 : MAX_FAILURES_IN_ROW;
          if (half.length > 1) await halve(half);
          else fail(half, error);
        }
      }
    };
    await halve(batched);
  };
  const load = async (group: readonly Pending<T>[]): Promise<void> => {
    try {
      await attempt(many, group);
    } catch (error) {
      if (group.length > 1 && isIsolated(error)) await isolate(group, error);
      else fail(group, error);
    }
  };
  const loadAlone = async (pending: Pending<T>): Promise<void> => {
    try {
      await attempt(trial, [pending]);
    } catch (error) {
      fail([pending], error);
    }
  };

  const flush = (): void => {
    const pending = queue;
    queue = [];
    const wanted = pending.filter(({ caller }) => !caller.cancellation.cancelled);
    for (const { caller, reject } of pending)
      if (caller.cancellation.cancelled) reject(new UpstreamFailure(upstream, 'left'));
    for (let start = 0; start < wanted.length; start += maxIds)
      void load(wanted.slice(start, start + maxIds));
  };

  return function batched(id, caller) {
    const rejection = quarantine.rejection(id);
    if (rejection !== undefined) {
      onQuarantined();
      caller.span?.event('quarantined');
      return Promise.reject(rejection);
    }
    return new Promise((resolve, reject) => {
      const pending = { id, caller, resolve, reject };
      if (quarantine.needsTrial(id)) {
        void loadAlone(pending);
        return;
      }
      // setImmediate collects what this turn of the event loop brings; a timer would delay every request.
      if (queue.length === 0) setImmediate(flush);
      queue.push(pending);
    });
  };
}

const isIsolated = (error: unknown): boolean =>
  error instanceof UpstreamFailure && ISOLATED.has(error.kind);

/** A batch belongs to the trace of one caller; it links to the others. */
function beginBatch({ span }: Caller, callers: readonly Caller[]): Span | undefined {
  if (span === undefined) return undefined;
  const links = callers.map(({ traceparent }) => traceparent);
  return span.child('batch', {
    attributes: { 'app.batch.size': callers.length },
    links: links.filter((traceparent) => traceparent !== span.traceparent),
  });
}
