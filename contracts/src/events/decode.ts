// Decodes events of the user event log, for consumers. Unknown fields are ignored; an event of an unknown type is not
// an invalid event.
import type { ErrorObject, ValidateFunction } from 'ajv/dist/2020.js';
import { compilerOf } from '../compiler.ts';
import { loadDocument } from '../document.ts';
import { usedOf } from '../expectations.ts';
import type { UserEventOnWire } from '../types.ts';

/** All event types. */
export const eventTypes = ['UserCreated', 'UserUpdated', 'UserDeleted'] as const;
export type EventType = (typeof eventTypes)[number];

/** The reasons for an invalid event: the part that is missing or wrong, or `event` if it is not an object. */
export const invalidReasons = [
  'event',
  'specversion',
  'id',
  'source',
  'type',
  'subject',
  'time',
  'sequence',
  'datacontenttype',
  'traceparent',
  'epoch',
  'method',
  'data',
] as const;
export type InvalidReason = (typeof invalidReasons)[number];

/** The current public profile of a user, from a UserCreated or a UserUpdated. The first event of a user can be either. */
export interface NamedEvent {
  readonly kind: 'named';
  readonly offset: number;
  readonly userId: number;
  readonly username: string;
  /** The time of the change, in ms since the epoch. */
  readonly time: number;
}
/** The user is deleted. */
export interface DeletedEvent {
  readonly kind: 'deleted';
  readonly offset: number;
  readonly userId: number;
  readonly time: number;
}
/** An event of an unknown type, which consumers skip. `type` has at most 100 letters, digits and `._:/-`. */
export interface UnknownEvent {
  readonly kind: 'unknown';
  readonly offset: number;
  readonly type: string;
  readonly time: number;
}
/** An event that breaks the contract. The reason quotes nothing of the event; the offset is present if the id is valid. */
export interface InvalidEvent {
  readonly kind: 'invalid';
  readonly offset: number | undefined;
  readonly reason: InvalidReason;
}
export type UserEvent = NamedEvent | DeletedEvent | UnknownEvent | InvalidEvent;

/** What consumers use of every event, beside its data. */
export const ENVELOPE = invalidReasons.filter(
  (part) => !['event', 'method', 'data'].includes(part),
);
/** What consumers use of the events. Other fields are not checked, so that writers may add, change and drop them. */
export const usedFields: Readonly<Record<EventType, readonly string[]>> = {
  UserCreated: [...ENVELOPE, 'data.id', 'data.username'],
  UserUpdated: [...ENVELOPE, 'data.id', 'data.username'],
  UserDeleted: [...ENVELOPE, 'method', 'data.id'],
};

interface Checks {
  readonly byType: ReadonlyMap<unknown, ValidateFunction>;
  readonly unknown: ValidateFunction;
}
const component = (name: string) => ({ $ref: `#/components/schemas/${name}` });
/** The parts that an event of an unknown type must have. */
export const unknownEvent = {
  type: 'object',
  required: ['specversion', 'id', 'type', 'time'],
  properties: {
    specversion: { const: '1.0' },
    id: component('EventId'),
    type: { type: 'string', pattern: '^[A-Za-z0-9._:/-]{1,100}$' },
    time: component('Timestamp'),
  },
};
let compiled: Checks | undefined;

/** The checks, compiled at the first event: a gateway that follows no log has no use for them. */
const checks = (): Checks => (compiled ??= compileChecks());

function compileChecks(): Checks {
  const identity = loadDocument('identity');
  const compile = compilerOf(identity, 'fast');
  return {
    byType: new Map(
      eventTypes.map((type) => [type, compile(usedOf(identity, type, usedFields[type]))]),
    ),
    unknown: compile(unknownEvent),
  };
}

/** Decodes an event. It never throws for a value from JSON.parse and does not change the value. */
export function decodeUserEvent(raw: unknown): UserEvent {
  const { id, type } = (raw ?? {}) as { id?: unknown; type?: unknown };
  const offset = offsetOf(id);
  const broken = (reason: InvalidReason): InvalidEvent => ({
    kind: 'invalid',
    offset,
    reason,
  });

  const { byType, unknown } = checks();
  const check = byType.get(type) ?? unknown;
  if (!check(raw)) return broken(reasonOf(check.errors?.[0]));
  const event = raw as UserEventOnWire;
  const time = Date.parse(event.time);
  if (offset === undefined) return broken('id');
  if (Number.isNaN(time)) return broken('time');
  if (check === unknown) return { kind: 'unknown', offset, type: event.type, time };

  const wrong = incoherence(event);
  if (wrong) return broken(wrong);
  const { id: userId } = event.data;
  return event.type === 'UserDeleted'
    ? { kind: 'deleted', offset, userId, time }
    : { kind: 'named', offset, userId, username: event.data.username, time };
}

/** The part of an event that contradicts another part, or undefined; a schema cannot express this. */
export function incoherence(event: UserEventOnWire): InvalidReason | undefined {
  if (offsetOf(event.id) === undefined) return 'id';
  if (event.sequence !== event.id.padStart(20, '0')) return 'sequence';
  return event.subject === String(event.data.id) ? undefined : 'subject';
}

/** The offset in an event's id; undefined if the id is not valid. */
export function offsetOf(id: unknown): number | undefined {
  const offset = typeof id === 'string' && /^[1-9][0-9]{0,15}$/.test(id) ? Number(id) : NaN;
  return Number.isSafeInteger(offset) ? offset : undefined;
}

/** The part of an event that a check found wrong. */
export function reasonOf(error: ErrorObject | undefined): InvalidReason {
  const part: unknown = error?.instancePath.split('/')[1] ?? error?.params.missingProperty;
  return invalidReasons.find((reason) => reason === part) ?? 'event';
}
