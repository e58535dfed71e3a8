// Decides which ids are worth an entry in a cache: those that are requested again soon. Like TinyLFU's doorkeeper (Einziger,
// Friedman, Manes: TinyLFU, 2017), but a rate counts here, and not an order among entries.

/** A power of two. An id that shares its slot with another is counted from the beginning more often, which costs hits only. */
const SLOTS = 4096;
/** An id is admitted with so many requests within a window. */
const ENOUGH = 2;

/** With fewer ids in a batch, on average, every id is admitted: a hit then saves much of a request. */
const LARGE_BATCH = 16;

export interface Doorkeeper {
  /** Counts a request for an id. @returns whether the id is worth an entry */
  admits(id: number): boolean;
  /** Counts a batch. */
  batchSent(): void;
  /** Admits the id at its next request. */
  welcome(id: number): void;
}

export interface DoorkeeperOptions {
  /** Requests are counted for this time, in milliseconds. */
  readonly windowMs: number;
  /** The clock, in milliseconds. */
  readonly now: () => number;
}

/** Keeps no objects, so that it costs the garbage collector nothing. */
export function createDoorkeeper({ windowMs, now }: DoorkeeperOptions): Doorkeeper {
  const ids = new Float64Array(SLOTS);
  const counts = new Uint8Array(SLOTS);
  let requests = 0;
  let batches = 0;
  let isSelective = false;
  let windowEnd = 0;
  const startWindow = (time: number): void => {
    // A window without requests may have passed.
    isSelective = batches > 0 && requests >= batches * LARGE_BATCH && time < windowEnd + windowMs;
    requests = 0;
    batches = 0;
    counts.fill(0);
    windowEnd = time + windowMs;
  };
  const count = (id: number, by: number): number => {
    const time = now();
    if (time >= windowEnd) startWindow(time);
    const slot = id % SLOTS;
    const before = ids[slot] === id ? counts[slot]! : 0;
    ids[slot] = id;
    return (counts[slot] = Math.min(before + by, ENOUGH));
  };
  return {
    admits(id) {
      const isOften = count(id, 1) === ENOUGH;
      requests += 1;
      return isOften || !isSelective;
    },
    batchSent: () => void (batches += 1),
    welcome: (id) => void count(id, ENOUGH),
  };
}
