// Decodes a batch of events into changes of the replica. Pure; accepts any input.
import { type InvalidReason, decodeUserEvent, type UserEvent } from 'contracts/events/decode';

/** The current public profile of a user, and the offset of its event. */
export interface UserUpsert {
  readonly userId: number;
  readonly username: string;
  readonly offset: number;
}

/** An event that breaks the contract. */
export interface DeadLetter {
  /** Undefined if the event has no valid id. */
  readonly offset: number | undefined;
  readonly reason: InvalidReason;
  readonly event: unknown;
}

export interface Changes {
  /** The users that exist after the batch and that it changes; each once. */
  readonly upserts: readonly UserUpsert[];
  /** Ids of deleted users, with the time in ms since the epoch. A user who is in `upserts`, too, was created again later. */
  readonly deleted: ReadonlyMap<number, number>;
  readonly deadLetters: readonly DeadLetter[];
  /** The number of events of an unknown type. */
  readonly skipped: number;
  /** The number of events outside the range: applied before, or part of a later batch. */
  readonly repeated: number;
}

/**
 * Returns what events change. Events with an offset at or before `from` or after `to` change nothing: they were applied
 * before, or come again in a later batch. An invalid event without an offset is always a dead letter.
 * @param from the offset up to which events are applied
 * @param to the offset up to which the batch has all events
 */
export function changesIn(events: readonly unknown[], from: number, to: number): Changes {
  const upserts = new Map<number, UserUpsert>();
  const deleted = new Map<number, number>();
  const deadLetters: DeadLetter[] = [];
  let skipped = 0;
  let repeated = 0;
  const decoded = events.map((raw) => ({ raw, event: decodeUserEvent(raw) }));
  // Events normally come in order, and then sorting is cheap. It makes a log that is out of order harmless.
  for (const { raw, event } of decoded.sort((a, b) => offsetOf(a.event) - offsetOf(b.event)))
    if (event.offset !== undefined && (event.offset <= from || event.offset > to)) repeated += 1;
    else if (event.kind === 'named') upserts.set(event.userId, event);
    else if (event.kind === 'deleted') {
      upserts.delete(event.userId);
      deleted.set(event.userId, event.time);
    } else if (event.kind === 'invalid')
      deadLetters.push({ offset: event.offset, reason: event.reason, event: raw });
    else skipped += 1;
  return { upserts: [...upserts.values()], deleted, deadLetters, skipped, repeated };
}

const offsetOf = ({ offset }: UserEvent): number => offset ?? 0;
