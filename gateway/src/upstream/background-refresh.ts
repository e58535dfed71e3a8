// Requests again, in the background, the entities whose request failed, so that no client waits for them. This also
// sends the probe of a half-open breaker when there is no traffic.
import { backgroundCaller, type Call } from './engine/call.ts';
import { UpstreamFailure } from './engine/failure.ts';

export interface BackgroundRefreshOptions<T> {
  /** The layers below the cache; they store what they fetch. */
  readonly call: Call<number, T | undefined>;
  /** How many ids may be requested now: 0 while the breaker rejects attempts, 1 while it is half-open. */
  readonly capacity: () => number;
  readonly everyMs: number;
  /** The number of failed attempts after which an id is given up. */
  readonly maxAttempts: number;
  readonly limitMs: number;
  readonly onBug: (error: unknown) => void;
}

export interface BackgroundRefresh {
  readonly pending: number;
  add(id: number): void;
  close(): void;
}

// One batch. Further ids are requested when a client wants them.
const MAX_PENDING = 100;

export function createBackgroundRefresh<T>(
  options: BackgroundRefreshOptions<T>,
): BackgroundRefresh {
  const { call, capacity, everyMs, maxAttempts, limitMs, onBug } = options;
  const attempts = new Map<number, number>();
  let timer: NodeJS.Timeout | undefined;

  const refresh = async (id: number): Promise<void> => {
    try {
      await call(id, backgroundCaller(limitMs));
      attempts.delete(id);
    } catch (error) {
      const failed = attempts.get(id);
      // `close` was called meanwhile: whatever failed, failed because of it.
      if (failed === undefined) return;
      if (!(error instanceof UpstreamFailure)) onBug(error);
      // A failed id goes to the end, so that one bad id is not the probe again and again.
      attempts.delete(id);
      const hopeless = error instanceof UpstreamFailure && error.kind === 'nonsense';
      if (!hopeless && failed + 1 < maxAttempts) attempts.set(id, failed + 1);
    }
  };
  const round = async (): Promise<void> => {
    await Promise.all([...attempts.keys()].slice(0, capacity()).map(refresh));
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
