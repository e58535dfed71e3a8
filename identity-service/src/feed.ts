// Waiting for the next event: woken at once by what this process writes; what other instances write is looked for, by
// one look for all who wait, and by none when nobody does.

/** How often other instances' writing is looked for while somebody waits, in ms. */
const LOOK_MS = 250;

export interface Feed {
  /** The newest position that this process has heard of. */
  known(): number;
  /** There is an event at this position, and it can be read. */
  announce(position: number): void;
  /** Resolves as soon as there is something after the position, and otherwise after `ms`, at the signal, or when it stops. */
  wait(after: number, ms: number, signal: AbortSignal): Promise<void>;
  /** How many wait. */
  waiting(): number;
  /** Wakes all who wait; nobody waits any more. */
  stop(): void;
}

/** @param head the position of the newest event, however it came there */
export function createFeed(head: () => Promise<number>): Feed {
  interface Waiter {
    readonly after: number;
    readonly wake: () => void;
  }
  const waiters = new Set<Waiter>();
  let known = 0;
  let stopped = false;
  let looking = false;

  const announce = (position: number): void => {
    known = Math.max(known, position);
    for (const { after, wake } of waiters) if (after < known) wake();
  };
  const look = async (): Promise<void> => {
    // Who waits hears of a database that is away when they read.
    announce(await head().catch(() => 0));
    looking = false;
    lookLater();
  };
  const lookLater = (): void => {
    if (looking || stopped || waiters.size === 0) return;
    looking = true;
    setTimeout(() => void look(), LOOK_MS).unref();
  };

  return {
    known: () => known,
    announce,
    waiting: () => waiters.size,
    wait(after, ms, signal) {
      if (stopped || signal.aborted || after < known || ms === 0) return Promise.resolve();
      return new Promise((resolve) => {
        const wake = (): void => {
          waiters.delete(waiter);
          clearTimeout(timer);
          signal.removeEventListener('abort', wake);
          resolve();
        };
        const waiter = { after, wake };
        const timer = setTimeout(wake, ms);
        signal.addEventListener('abort', wake, { once: true });
        waiters.add(waiter);
        lookLater();
      });
    },
    stop() {
      stopped = true;
      for (const { wake } of waiters) wake();
    },
  };
}
