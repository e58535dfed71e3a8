// A log for tests: it can be written to, be away, and come back, whatever carries it.
import type { EventSource } from 'chassis/events/source';

export interface LogEvent {
  readonly id: string;
  readonly subject: string;
  readonly time: string;
  readonly data: unknown;
}

export interface LogInTest {
  /** Appends one event of each subject given, in order; resolves when they can be read. @returns their positions */
  append(subjects: readonly string[]): Promise<number[]>;
  /** A source of its own, as another process would have it; closed with the log. */
  source(waitMs?: number): EventSource;
  /** Nobody answers any more, as after a SIGKILL. */
  leave(): Promise<void>;
  comeBack(): Promise<void>;
  remove(): Promise<void>;
}

/** Makes events at positions that rise and have gaps. */
export function writer(): (subject: string) => { position: number; event: LogEvent } {
  let position = 0;
  return (subject) => {
    position += position % 3 === 0 ? 1 : 2;
    const time = new Date(1_700_000_000_000 + position).toISOString();
    return { position, event: { id: String(position), subject, time, data: { n: position } } };
  };
}

/** `count` subjects, each another. */
export const subjects = (count: number, prefix = 's'): string[] =>
  Array.from({ length: count }, (_, index) => `${prefix}${index}`);
