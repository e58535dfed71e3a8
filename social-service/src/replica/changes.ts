// What a batch of events changes: pure, whatever the events are.
import { type BrokenReason, decodeUserEvent, type UserEvent } from 'contracts/events/decode';

/** One user's public profile, and the event that says so. */
export interface Named {
  readonly userId: number;
  readonly username: string;
  readonly position: number;
}

/** An event that breaks the contract. */
export interface Broken {
  readonly position: number | undefined;
  readonly reason: BrokenReason;
  readonly event: unknown;
}

export interface Changes {
  /** Who is there afterwards, each once. */
  readonly named: readonly Named[];
  /** Who left, and when (ms since the epoch); should one of them be among the named too, they came back after that. */
  readonly deleted: ReadonlyMap<number, number>;
  readonly broken: readonly Broken[];
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
  const broken: Broken[] = [];
  let skipped = 0;
  let repeated = 0;
  const read = events.map((raw) => ({ raw, event: decodeUserEvent(raw) }));
  // In order they come; this costs nothing then, and a log that is not in order does no harm.
  for (const { raw, event } of read.sort((one, other) => placeOf(one.event) - placeOf(other.event)))
    if (event.position !== undefined && (event.position <= from || event.position > to))
      repeated += 1;
    else if (event.kind === 'named') named.set(event.userId, event);
    else if (event.kind === 'deleted') {
      named.delete(event.userId);
      deleted.set(event.userId, event.time);
    } else if (event.kind === 'broken')
      broken.push({ position: event.position, reason: event.reason, event: raw });
    else skipped += 1;
  return { named: [...named.values()], deleted, broken, skipped, repeated };
}

const placeOf = ({ position }: UserEvent): number => position ?? 0;
