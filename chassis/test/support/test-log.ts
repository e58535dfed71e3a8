// An event log for tests, whatever carries it: a test can write to it, stop it and start it again.
import type { EventSource } from 'chassis/events/source';

export interface TestEvent {
  readonly id: string;
  readonly subject: string;
  readonly time: string;
  readonly data: unknown;
}

export interface TestLog {
  /** Appends one event of each subject, in order; resolves when they can be read. @returns their positions */
  append(subjects: readonly string[]): Promise<number[]>;
  /** Makes a source, as another process has one; closed with the log. */
  source(waitMs?: number): EventSource;
  /** Ends whatever serves the log, as SIGKILL does. */
  stop(): Promise<void>;
  restart(): Promise<void>;
  remove(): Promise<void>;
}

/** Makes a writer of events, whose positions rise with gaps. */
export function eventWriter(): (subject: string) => { position: number; event: TestEvent } {
  let position = 0;
  return (subject) => {
    position += position % 3 === 0 ? 1 : 2;
    const time = new Date(1_700_000_000_000 + position).toISOString();
    return { position, event: { id: String(position), subject, time, data: { n: position } } };
  };
}

/** Returns `count` different subjects. */
export const subjects = (count: number, prefix = 's'): string[] =>
  Array.from({ length: count }, (_, index) => `${prefix}${index}`);
