// Looking single things up: from memory, in a shared flight, in a batch.
import { stack, type Call, type Layer } from './engine/call.ts';
import type { Breaker } from './engine/breaker.ts';
import { batch } from './engine/layers/batch.ts';
import { cache, remember } from './engine/layers/cache.ts';
import { coalesce, type Flights } from './engine/layers/coalesce.ts';
import { measure } from './engine/layers/measure.ts';
import type { Memory } from './engine/cache.ts';
import type { Observer } from './engine/observer.ts';
import type { Asked } from './upstream.ts';
import { createRepair } from './background-refresh.ts';
import type { Operation } from './engine/endpoint.ts';

// What the upstreams take at once, by their contracts.
const BATCH_MAX_IDS = 100;
const REPAIR = { everyMs: 500, maxAttempts: 20 } as const;

export interface LookupOptions<T> {
  readonly upstream: Asked;
  readonly thing: 'author' | 'post';
  readonly operation: Operation<readonly number[], ReadonlyMap<number, T>>;
  /** undefined: nothing is remembered. */
  readonly memory: Memory<T> | undefined;
  /** A flight's budget in milliseconds. */
  readonly limitMs: number;
  /** Whether what failed is asked for again in the background. */
  readonly repaired: boolean;
  /** Its name among the calls; the thing's when left out. */
  readonly callName?: string;
  readonly observer: Observer;
}

export interface Lookups<T> {
  readonly call: Call<number, T | undefined>;
  /** The thing was changed: what was asked before is neither joined nor remembered any more. */
  forget(id: number): void;
  close(): void;
}

export function createLookups<T>(options: LookupOptions<T>): Lookups<T> {
  const { upstream, thing, operation, memory, limitMs, repaired, observer } = options;
  const { callName = thing } = options;
  type L = Layer<number, T | undefined>;
  const timed: L = measure((outcome, seconds) => observer.call(callName, outcome, seconds));
  const flights: Flights<T | undefined> = new Map();
  const shared: L = coalesce({ upstream: upstream.name, keyOf: (id) => id, limitMs, flights });
  const forget = (id: number): void => {
    flights.delete(id);
    memory?.forget(id);
  };
  const batched = batch(upstream.ask(operation), {
    upstream: upstream.name,
    maxIds: BATCH_MAX_IDS,
    onBatch: (size) => observer.batch(operation.name, size),
  });
  if (memory === undefined)
    return { call: stack([timed, shared], batched), forget, close: () => undefined };

  const flight = stack([shared, remember(memory)], batched);
  const repair = createRepair({
    call: flight,
    room: () => roomIn(upstream.breaker),
    ...REPAIR,
    limitMs,
    onBug: (error) => observer.bug(error),
  });
  const remembered: L = cache({
    memory,
    refusal: () => upstream.breaker.refuse(),
    onLookup: (result) => observer.lookup(thing, result),
    onDegraded: (id) => {
      if (repaired) repair.add(id);
    },
  });
  return { call: stack([remembered, timed], flight), forget, close: () => repair.close() };
}

/** A half-open breaker's probe is one id: a batch would fail by its worst member. */
const roomIn = ({ available, state }: Breaker): number => {
  if (!available) return 0;
  return state === 'half_open' ? 1 : Infinity;
};
