// Waits for new events (long polling). Events of this process wake the waiters at once. For events of other instances,
// the log is polled: one query for all waiters, and none while there are no waiters.

/** How often the log is polled for events of other instances while there are waiters, in ms. */
const POLL_MS = 250;

export interface LongPoll {
  /** The newest offset that this process knows. It goes back if the end of the log was lost. */
  latestOffset(): number;
  /** Reports that the event at this offset is committed, and wakes the waiters before it. */
  notify(offset: number): void;
  /**
   * Resolves when there is an event after the offset, after `ms`, when the signal aborts, or on `stop`.
   * @param isFirst whether a new event wakes this waiter before the others
   */
  wait(after: number, ms: number, signal: AbortSignal, isFirst?: boolean): Promise<void>;
  /** The number of waiters. */
  waiterCount(): number;
  /** Wakes all waiters; later waits resolve at once. */
  stop(): void;
}

/** @param readEndOffset reads the offset of the newest event, whichever instance wrote it */
export function createLongPoll(readEndOffset: () => Promise<number>): LongPoll {
  interface Waiter {
    readonly after: number;
    readonly isFirst: boolean;
    readonly wake: () => void;
  }
  const waiters = new Set<Waiter>();
  let latest = 0;
  /** The newest offset that was notified since the current poll began. */
  let notified = 0;
  let stopped = false;
  let polling = false;
  let nextPoll: NodeJS.Timeout | undefined;

  const wakeWaitersBefore = (offset: number): void => {
    const woken = [...waiters].filter(({ after }) => after < offset);
    for (const { isFirst, wake } of woken) if (isFirst) wake();
    for (const { isFirst, wake } of woken) if (!isFirst) wake();
  };
  const notify = (offset: number): void => {
    notified = Math.max(notified, offset);
    latest = Math.max(latest, offset);
    wakeWaitersBefore(offset);
  };
  const poll = async (): Promise<void> => {
    if (polling) return;
    polling = true;
    clearTimeout(nextPoll);
    nextPoll = undefined;
    notified = 0;
    // A lower offset is accepted: the log has lost its end. A database error is ignored here, since each waiter gets it when
    // it reads after its wait.
    const found = await readEndOffset().catch(() => latest);
    latest = Math.max(found, notified);
    polling = false;
    wakeWaitersBefore(latest);
    schedulePoll();
  };
  const schedulePoll = (): void => {
    if (polling || stopped || waiters.size === 0) return;
    nextPoll ??= setTimeout(() => void poll(), POLL_MS).unref();
  };

  return {
    latestOffset: () => latest,
    notify,
    waiterCount: () => waiters.size,
    wait(after, ms, signal, isFirst = false) {
      if (stopped || signal.aborted || ms === 0) return Promise.resolve();
      return new Promise((resolve) => {
        const wake = (): void => {
          waiters.delete(waiter);
          clearTimeout(timer);
          signal.removeEventListener('abort', wake);
          resolve();
        };
        const waiter = { after, isFirst, wake };
        const timer = setTimeout(wake, ms);
        signal.addEventListener('abort', wake, { once: true });
        waiters.add(waiter);
        // The caller has just found no event after `after`, so a newer `latest` may be wrong and is checked at once.
        if (after < latest) void poll();
        else schedulePoll();
      });
    },
    stop() {
      stopped = true;
      for (const { wake } of waiters) wake();
    },
  };
}
