// What a batch of events changes: pure, whatever the events are.
import { type InvalidReason, decodeUserEvent, type UserEvent } from 'contracts/events/decode';

/** One user's public profile, and the event that says so. */
export interface Named {
  readonly userId: number;
  readonly username: string;
  readonly offset: number;
}

/** An event that breaks the contract. */
export interface DeadLetter {
  readonly offset: number | undefined;
  readonly reason: InvalidReason;
  readonly event: unknown;
}

export interface Changes {
  /** Who is there afterwards, each once. */
  readonly named: readonly Named[];
  /** Who left, and when (ms since the epoch); should one of them be among the named too, they came back after that. */
  readonly deleted: ReadonlyMap<number, number>;
  readonly deadLetters: readonly DeadLetter[];
  /** How many are of a type that is not known here. */
  readonly skipped: number;
  /** How many have taken effect before, or come again. */
  readonly repeated: number;
}

/**
 * What events change where everything up to `from` has taken effect, and everything up to `to` is in the batch. Events
 * from elsewhere change nothing: they were here, or will come again. One that is broken and has no position counts.
 */
export function changesIn(events: readonly unknown[], from: number, to: number): Changes {
  const named = new Map<number, Named>();
  const deleted = new Map<number, number>();
  const broken: DeadLetter[] = [];
  let skipped = 0;
  let repeated = 0;
  const read = events.map((raw) => ({ raw, event: decodeUserEvent(raw) }));
  // In order they come; this costs nothing then, and a log that is not in order does no harm.
  for (const { raw, event } of read.sort((one, other) => placeOf(one.event) - placeOf(other.event)))
    if (event.offset !== undefined && (event.offset <= from || event.offset > to)) repeated += 1;
    else if (event.kind === 'named') named.set(event.userId, event);
    else if (event.kind === 'deleted') {
      named.delete(event.userId);
      deleted.set(event.userId, event.time);
    } else if (event.kind === 'invalid')
      broken.push({ offset: event.offset, reason: event.reason, event: raw });
    else skipped += 1;
  return { named: [...named.values()], deleted, deadLetters: broken, skipped, repeated };
}

const placeOf = ({ offset }: UserEvent): number => offset ?? 0;
