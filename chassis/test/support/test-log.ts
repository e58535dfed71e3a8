// An event log for tests, over HTTP or NATS: a test can write to it, stop it and start it again.
import type { EventSource } from 'chassis/events/source';

export interface TestEvent {
  readonly id: string;
  readonly subject: string;
  readonly time: string;
  readonly data: unknown;
}

export interface TestLog {
  /** Appends one event of each subject, in order; resolves when they can be read. @returns their offsets */
  append(subjects: readonly string[]): Promise<number[]>;
  /** Makes a source of its own, which is closed with the log. */
  source(waitMs?: number): EventSource;
  /** Ends the server of the log abruptly, as SIGKILL does. */
  stop(): Promise<void>;
  restart(): Promise<void>;
  remove(): Promise<void>;
}

/** Makes a writer of events. Their offsets rise, but not all numbers are used. */
export function eventWriter(): (subject: string) => { offset: number; event: TestEvent } {
  let offset = 0;
  return (subject) => {
    offset += offset % 3 === 0 ? 1 : 2;
    const time = new Date(1_700_000_000_000 + offset).toISOString();
    return { offset, event: { id: String(offset), subject, time, data: { n: offset } } };
  };
}

/** Returns `count` different subjects. */
export const subjects = (count: number, prefix = 's'): string[] =>
  Array.from({ length: count }, (_, index) => `${prefix}${index}`);
