// Waiting for the next event: woken at once by what this process writes; what other instances write is looked for, by
// one look for all who wait, and by none when nobody does.

/** How often other instances' writing is looked for while somebody waits, in ms. */
const LOOK_MS = 250;

export interface LongPoll {
  /** The newest position that this process has heard of; lower again when the log has lost its end. */
  latestOffset(): number;
  /** There is an event at this position, and it can be read. */
  notify(position: number): void;
  /** Resolves as soon as there is something after the position, and otherwise after `ms`, at the signal, or when it stops. */
  wait(after: number, ms: number, signal: AbortSignal): Promise<void>;
  /** How many wait. */
  waiterCount(): number;
  /** Wakes all who wait; nobody waits any more. */
  stop(): void;
}

/** @param head the position of the newest event, however it came there */
export function createLongPoll(head: () => Promise<number>): LongPoll {
  interface Waiter {
    readonly after: number;
    readonly wake: () => void;
  }
  const waiters = new Set<Waiter>();
  let known = 0;
  /** The newest that was announced since a look began. */
  let announced = 0;
  let stopped = false;
  let looking = false;
  let later: NodeJS.Timeout | undefined;

  const wakeThoseBefore = (position: number): void => {
    for (const { after, wake } of waiters) if (after < position) wake();
  };
  const announce = (position: number): void => {
    announced = Math.max(announced, position);
    known = Math.max(known, position);
    wakeThoseBefore(position);
  };
  const look = async (): Promise<void> => {
    if (looking) return;
    looking = true;
    clearTimeout(later);
    later = undefined;
    announced = 0;
    // A lower one is believed, too: the log lost its end. Who waits hears of a database that is away when they read.
    const found = await head().catch(() => known);
    known = Math.max(found, announced);
    looking = false;
    wakeThoseBefore(known);
    lookLater();
  };
  const lookLater = (): void => {
    if (looking || stopped || waiters.size === 0) return;
    later ??= setTimeout(() => void look(), LOOK_MS).unref();
  };

  return {
    latestOffset: () => known,
    notify: announce,
    waiterCount: () => waiters.size,
    wait(after, ms, signal) {
      if (stopped || signal.aborted || ms === 0) return Promise.resolve();
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
        // There should be something to read, and who comes here has just read nothing.
        if (after < known) void look();
        else lookLater();
      });
    },
    stop() {
      stopped = true;
      for (const { wake } of waiters) wake();
    },
  };
}
