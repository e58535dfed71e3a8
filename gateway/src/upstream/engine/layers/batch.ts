// Requests for single things, asked in the same turn of the event loop, travel as one request for many.
import { Cancellation, type Call, type Caller, type Reply } from '../call.ts';
import { UpstreamFailure, type UpstreamName } from '../failure.ts';

/** One request for many ids: what is not in the map does not exist. */
export type CallMany<T> = Call<readonly number[], ReadonlyMap<number, T>>;

export interface BatchOptions {
  readonly upstream: UpstreamName;
  /** The most ids that the upstream takes at once. */
  readonly maxIds: number;
  readonly onBatch: (size: number) => void;
}

interface Pending<T> {
  readonly id: number;
  readonly caller: Caller;
  readonly resolve: (reply: Reply<T | undefined>) => void;
  readonly reject: (error: unknown) => void;
}

/** No two requests for one id come at once: `coalesce` stands above. */
export function batch<T>(
  many: CallMany<T>,
  { upstream, maxIds, onBatch }: BatchOptions,
): Call<number, T | undefined> {
  let waiting: Pending<T>[] = [];

  const ask = async (group: readonly Pending<T>[]): Promise<void> => {
    onBatch(group.length);
    const stopListening: (() => void)[] = [];
    try {
      const reply = await many(
        group.map((wanted) => wanted.id),
        sharedCaller(group, stopListening),
      );
      for (const wanted of group)
        wanted.resolve({ value: reply.value.get(wanted.id), via: reply.via });
    } catch (error) {
      if (group.length > 1 && isPoisoned(error)) {
        const middle = group.length >> 1;
        await Promise.all([ask(group.slice(0, middle)), ask(group.slice(middle))]);
      } else for (const wanted of group) wanted.reject(error);
    } finally {
      for (const stop of stopListening) stop();
    }
  };

  const send = (): void => {
    const [gone = [], ready = []] = [true, false].map((left) =>
      waiting.filter(({ caller }) => caller.cancellation.cancelled === left),
    );
    waiting = [];
    for (const wanted of gone) wanted.reject(new UpstreamFailure(upstream, 'left'));
    for (let start = 0; start < ready.length; start += maxIds)
      void ask(ready.slice(start, start + maxIds));
  };

  return (id, caller) =>
    new Promise((resolve, reject) => {
      // Requests that the event loop reads in one turn meet here; a timer would make each of them wait.
      if (waiting.length === 0) setImmediate(send);
      waiting.push({ id, caller, resolve, reject });
    });
}

/** One bad thing in an answer must not cost the others theirs: halves are asked for until it is alone. */
const isPoisoned = (error: unknown): boolean =>
  error instanceof UpstreamFailure && (error.kind === 'nonsense' || error.kind === 'too-large');

/** The caller of a shared request: it has left when all have left, and is as patient as the least patient. */
function sharedCaller(
  group: readonly Pick<Pending<unknown>, 'caller'>[],
  stopListening: (() => void)[],
): Caller {
  const cancellation = new Cancellation();
  let present = group.length;
  for (const { caller } of group) {
    stopListening.push(
      caller.cancellation.onCancel(() => {
        present -= 1;
        if (present === 0) cancellation.cancel('left');
      }),
    );
  }
  const deadlineAt = Math.min(...group.map(({ caller }) => caller.deadlineAt));
  return { ...group[0]!.caller, deadlineAt, cancellation };
}
