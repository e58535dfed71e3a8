// Equal log lines in masses: a few of them are written, the others are counted.

const SECOND_MS = 1000;

interface Kind {
  since: number;
  written: number;
  suppressed: number;
}

/**
 * Lets `limit` lines of each kind through in `windowMs`, a second when left out: gives the number that was left out
 * since the last one that passed, or undefined when this one is to be left out. Kinds must be few: each is kept for ever.
 */
export function createLogSampler(
  limit: number,
  windowMs: number = SECOND_MS,
): (kind: string) => number | undefined {
  const kinds = new Map<string, Kind>();
  return (name) => {
    const now = performance.now();
    let kind = kinds.get(name);
    if (kind === undefined) kinds.set(name, (kind = { since: now, written: 0, suppressed: 0 }));
    if (now - kind.since >= windowMs) {
      kind.since = now;
      kind.written = 0;
    }
    if (kind.written === limit) {
      kind.suppressed += 1;
      return undefined;
    }
    const { suppressed } = kind;
    kind.written += 1;
    kind.suppressed = 0;
    return suppressed;
  };
}
