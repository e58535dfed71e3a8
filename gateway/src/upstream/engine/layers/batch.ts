// Sends requests for single ids that arrive in the same turn of the event loop as one request for many ids.
import { Cancellation, type Call, type Caller, type Reply } from '../call.ts';
import { UpstreamFailure, type UpstreamName } from '../failure.ts';

/** Loads many ids at once. An id that is absent from the map does not exist. */
export type CallMany<T> = Call<readonly number[], ReadonlyMap<number, T>>;

export interface BatchOptions {
  readonly upstream: UpstreamName;
  /** The largest number of ids that the upstream takes in one request. */
  readonly maxIds: number;
  readonly onBatch: (size: number) => void;
}

interface Pending<T> {
  readonly id: number;
  readonly caller: Caller;
  readonly resolve: (reply: Reply<T | undefined>) => void;
  readonly reject: (error: unknown) => void;
}

/** Expects each id at most once in a turn: `coalesce` stands above. */
export function batch<T>(
  many: CallMany<T>,
  { upstream, maxIds, onBatch }: BatchOptions,
): Call<number, T | undefined> {
  let queue: Pending<T>[] = [];

  const load = async (group: readonly Pending<T>[]): Promise<void> => {
    onBatch(group.length);
    const removeListeners: (() => void)[] = [];
    try {
      const ids = group.map(({ id }) => id);
      const { value, via } = await many(ids, sharedCaller(group, removeListeners));
      for (const { id, resolve } of group) resolve({ value: value.get(id), via });
    } catch (error) {
      if (group.length > 1 && isPoisoned(error)) {
        const middle = group.length >> 1;
        await Promise.all([load(group.slice(0, middle)), load(group.slice(middle))]);
      } else for (const { reject } of group) reject(error);
    } finally {
      for (const remove of removeListeners) remove();
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
    return new Promise((resolve, reject) => {
      // setImmediate collects what this turn of the event loop brings; a timer would delay every request.
      if (queue.length === 0) setImmediate(flush);
      queue.push({ id, caller, resolve, reject });
    });
  };
}

/** Whether one bad item may have spoilt the whole response; halving the batch isolates it. */
const isPoisoned = (error: unknown): boolean =>
  error instanceof UpstreamFailure && (error.kind === 'nonsense' || error.kind === 'too-large');

/** The caller of a batch: its deadline is the earliest of all; it is cancelled when all its callers are. */
function sharedCaller(
  group: readonly Pick<Pending<unknown>, 'caller'>[],
  removeListeners: (() => void)[],
): Caller {
  const cancellation = new Cancellation();
  let waiting = group.length;
  for (const { caller } of group) {
    removeListeners.push(
      caller.cancellation.onCancel(() => {
        waiting -= 1;
        if (waiting === 0) cancellation.cancel('left');
      }),
    );
  }
  const deadlineAt = Math.min(...group.map(({ caller }) => caller.deadlineAt));
  return { ...group[0]!.caller, deadlineAt, cancellation };
}
