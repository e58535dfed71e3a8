// Limits repeated log lines: writes a few of each kind, and counts the suppressed ones.

const SECOND_MS = 1000;

interface Kind {
  windowStart: number;
  written: number;
  suppressed: number;
}

/**
 * Allows `limit` lines of each kind in `windowMs`, 1 s when left out. Kinds must be few: they are never deleted.
 * @returns a function to call before each line; it returns the number of lines that were suppressed since the last
 *   written line, or undefined when this line must be suppressed
 */
export function createLogSampler(
  limit: number,
  windowMs: number = SECOND_MS,
): (kind: string) => number | undefined {
  const kinds = new Map<string, Kind>();
  return (name) => {
    const now = performance.now();
    let kind = kinds.get(name);
    if (kind === undefined)
      kinds.set(name, (kind = { windowStart: now, written: 0, suppressed: 0 }));
    if (now - kind.windowStart >= windowMs) {
      kind.windowStart = now;
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
