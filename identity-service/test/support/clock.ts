// A clock that a test controls.
export interface Clock {
  readonly now: () => number;
  /** Moves the clock on, in milliseconds. */
  advance(ms: number): void;
}

/** Makes a clock that stands still. @param start a date, such as 2026-01-01T00:00:00Z */
export function fakeClock(start: string): Clock {
  let at = Date.parse(start);
  return { now: () => at, advance: (ms) => void (at += ms) };
}
