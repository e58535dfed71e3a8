// Asks again, in the background, for what an upstream failed on, so that no client is held for it. It also sends the
// probe of a half-open breaker when there is no traffic.
import { backgroundCaller } from './engine/background.ts';
import type { Call } from './engine/call.ts';
import { UpstreamFailure } from './engine/failure.ts';

export interface BackgroundRefreshOptions<T> {
  /** The layers below the cache: what they bring is remembered. */
  readonly call: Call<number, T | undefined>;
  /** Ids that may be asked for now: none while attempts are refused, one while a breaker is half-open. */
  readonly capacity: () => number;
  readonly everyMs: number;
  /** An id is given up after so many attempts that failed. */
  readonly maxAttempts: number;
  readonly limitMs: number;
  readonly onBug: (error: unknown) => void;
}

export interface BackgroundRefresh {
  readonly pending: number;
  add(id: number): void;
  close(): void;
}

// As many as one batch takes; further ids are asked for again when a client wants them.
const MAX_PENDING = 100;

export function createBackgroundRefresh<T>(
  options: BackgroundRefreshOptions<T>,
): BackgroundRefresh {
  const { call, capacity, everyMs, maxAttempts, limitMs, onBug } = options;
  const attempts = new Map<number, number>();
  let timer: NodeJS.Timeout | undefined;

  const again = async (id: number): Promise<void> => {
    try {
      await call(id, backgroundCaller(limitMs));
      attempts.delete(id);
    } catch (error) {
      if (!(error instanceof UpstreamFailure)) onBug(error);
      const before = attempts.get(id);
      // Closed meanwhile.
      if (before === undefined) return;
      // Whoever failed goes to the end, so that one bad id is not the probe again and again.
      attempts.delete(id);
      const hopeless = error instanceof UpstreamFailure && error.kind === 'nonsense';
      if (!hopeless && before + 1 < maxAttempts) attempts.set(id, before + 1);
    }
  };
  const round = async (): Promise<void> => {
    await Promise.all([...attempts.keys()].slice(0, capacity()).map(again));
    timer = undefined;
    schedule();
  };
  const schedule = (): void => {
    if (timer === undefined && attempts.size > 0)
      timer = setTimeout(() => void round(), everyMs).unref();
  };

  return {
    get pending() {
      return attempts.size;
    },
    add(id) {
      if (attempts.size < MAX_PENDING && !attempts.has(id)) attempts.set(id, 0);
      schedule();
    },
    close() {
      clearTimeout(timer);
      attempts.clear();
    },
  };
}
