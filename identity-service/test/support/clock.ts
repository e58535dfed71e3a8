// A clock that a test controls.
export interface Clock {
  readonly now: () => number;
  /** Moves the clock forward by some milliseconds. */
  advance(ms: number): void;
}

/** Makes a clock that moves only when a test advances it. @param start a date, such as 2026-01-01T00:00:00Z */
export function fakeClock(start: string): Clock {
  let time = Date.parse(start);
  return { now: () => time, advance: (ms) => void (time += ms) };
}
