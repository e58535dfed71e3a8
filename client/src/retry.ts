// When a request is sent again, and after how long. Pure, apart from `wait`.

/** Statuses with which the server says that it did nothing, and when to try again. */
const REFUSED = new Set([429, 503]);
/** Writes that have the same effect when they arrive twice. A new post has it by its Idempotency-Key. */
const REPEATABLE = new Set(['get', 'put', 'patch', 'delete']);
const FIRST_DELAY_MS = 250;

export interface Attempt {
  readonly method: string;
  readonly hasKey: boolean;
  /** 0 when there was no answer. */
  readonly status: number;
  readonly retryAfterMs: number | undefined;
  /** 1 for the first. */
  readonly number: number;
}

/**
 * How long to wait before the next attempt, in milliseconds; undefined when there should be none. A refusal without
 * `Retry-After` and a lost answer wait twice as long each time.
 * @param maxWaitMs a server that wants a longer wait gets no further attempt
 */
export function delayAfter(
  { method, hasKey, status, retryAfterMs, number }: Attempt,
  maxWaitMs: number,
  random = Math.random,
): number | undefined {
  const isSafe = hasKey || REPEATABLE.has(method);
  const wasRefused = REFUSED.has(status);
  // A log-in that the server refused before any work may be sent again only if the server says when.
  if (!isSafe && !(wasRefused && retryAfterMs !== undefined)) return undefined;
  if (status !== 0 && status !== 504 && !wasRefused) return undefined;
  const base = retryAfterMs ?? FIRST_DELAY_MS * 2 ** (number - 1);
  // Clients that were refused together do not come back together.
  const delay = base + base * 0.2 * random();
  return base > maxWaitMs ? undefined : delay;
}

/** Resolves after some time. @throws the reason of the signal, as soon as it is aborted */
export function wait(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      clearTimeout(timer);
      reject(signal?.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    }, ms);
    if (signal?.aborted) onAbort();
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}
