// The newest events of a log, in memory. A stream that comes back resumes from them.
import { type EpochOffset, type Epochs, isContinuation } from 'chassis/events/epoch';

interface LogEvent {
  readonly offset: number;
}
/** An event with the id of its epoch; undefined when the log names no epochs. */
export interface Logged<Event extends LogEvent> {
  readonly event: Event;
  readonly epoch: string | undefined;
}

export interface Tail<Event extends LogEvent> {
  /** The place up to which the log is read. */
  readonly current: EpochOffset;
  /** Whether the end of the log was reached since it was begun. */
  readonly isReady: boolean;
  add(logged: Logged<Event>): void;
  /** @param isEnd whether the log ends there, as far as is known */
  advance(to: EpochOffset, epochs: Epochs | undefined, isEnd: boolean): void;
  /** Forgets everything: reading begins anew, perhaps in another log. */
  restart(): void;
  /**
   * Returns the events after a place, none if the place is further than this process has read.
   * @returns undefined if the log does not continue the place, or if events after it are not in memory any more
   */
  after(from: EpochOffset): readonly Logged<Event>[] | undefined;
}

/** @param max number of events in memory; a tenth more for a moment */
export function createTail<Event extends LogEvent>(max: number): Tail<Event> {
  let events: Logged<Event>[] = [];
  /** All events after this offset are in memory; undefined before the first read. */
  let start: number | undefined;
  let current: EpochOffset = { offset: 0 };
  let epochs: Epochs | undefined;
  let isReady = false;
  return {
    get current() {
      return current;
    },
    get isReady() {
      return isReady;
    },
    add(logged) {
      events.push(logged);
      current = { offset: logged.event.offset, epoch: logged.epoch };
      if (events.length <= max * 1.1) return;
      const dropped = events.length - max;
      start = events[dropped - 1]!.event.offset;
      events = events.slice(dropped);
    },
    advance(to, known, isEnd) {
      start ??= to.offset;
      current = to;
      epochs = known;
      isReady ||= isEnd;
    },
    restart() {
      events = [];
      start = undefined;
      isReady = false;
    },
    after(from) {
      if (start === undefined || from.offset < start || !isContinuation(from, epochs))
        return undefined;
      const first = events.findIndex(({ event }) => event.offset > from.offset);
      return first < 0 ? [] : events.slice(first);
    },
  };
}
