// Decodes events of the social event log, for consumers. Unknown fields are ignored; an event of an unknown type is not
// an invalid event.
import type { ValidateFunction } from 'ajv/dist/2020.js';
import { compilerOf } from '../compiler.ts';
import { loadDocument } from '../document.ts';
import { usedOf } from '../expectations.ts';
import type { SocialEventOnWire } from '../types.ts';
import { ENVELOPE, offsetOf, reasonOf, unknownEvent } from './decode.ts';
import type { InvalidEvent, InvalidReason, UnknownEvent } from './decode.ts';

/** What each event type says of a post or of a friendship. */
const changes = {
  PostCreated: 'created',
  PostChanged: 'changed',
  PostDeleted: 'deleted',
  FriendshipRequested: 'requested',
  FriendshipAccepted: 'accepted',
  FriendshipEnded: 'ended',
} as const;
export type SocialEventType = keyof typeof changes;
type PostType = Extract<SocialEventType, `Post${string}`>;
type FriendshipType = Extract<SocialEventType, `Friendship${string}`>;
/** All event types. */
export const socialEventTypes = Object.keys(changes) as readonly SocialEventType[];

/** A post was created, changed or deleted. */
export interface PostEvent {
  readonly kind: 'post';
  readonly change: 'created' | 'changed' | 'deleted';
  readonly offset: number;
  readonly id: number;
  readonly authorId: number;
}
/** A friend request was sent or accepted, or a friendship or a request has ended. */
export interface FriendshipEvent {
  readonly kind: 'friendship';
  readonly change: 'requested' | 'accepted' | 'ended';
  readonly offset: number;
  /** The user who acted. */
  readonly userId: number;
  readonly otherId: number;
  /** Whether the two were friends before; false for the end of a request. */
  readonly wasFriends: boolean;
}
export type SocialEvent = PostEvent | FriendshipEvent | UnknownEvent | InvalidEvent;

const POST = [...ENVELOPE, 'data.id', 'data.authorId'];
const FRIENDSHIP = [...ENVELOPE, 'data.userId', 'data.otherId'];
/** What consumers use of the events. Other fields are not checked, so that writers may add, change and drop them. */
export const usedSocialFields: Readonly<Record<SocialEventType, readonly string[]>> = {
  PostCreated: POST,
  PostChanged: POST,
  PostDeleted: POST,
  FriendshipRequested: FRIENDSHIP,
  FriendshipAccepted: FRIENDSHIP,
  FriendshipEnded: [...FRIENDSHIP, 'data.wasFriends'],
};

interface Checks {
  readonly byType: ReadonlyMap<unknown, ValidateFunction>;
  readonly unknown: ValidateFunction;
}
let compiled: Checks | undefined;

/** The checks, compiled at the first event. */
const checks = (): Checks => (compiled ??= compileChecks());

function compileChecks(): Checks {
  const social = loadDocument('social');
  const compile = compilerOf(social, 'fast');
  return {
    byType: new Map(
      socialEventTypes.map((type) => [type, compile(usedOf(social, type, usedSocialFields[type]))]),
    ),
    unknown: compile(unknownEvent),
  };
}

/** Decodes an event. It never throws for a value from JSON.parse and does not change the value. */
export function decodeSocialEvent(raw: unknown): SocialEvent {
  const { id, type } = (raw ?? {}) as { id?: unknown; type?: unknown };
  const offset = offsetOf(id);
  const invalid = (reason: InvalidReason): InvalidEvent => ({ kind: 'invalid', offset, reason });
  const { byType, unknown } = checks();
  const check = byType.get(type) ?? unknown;
  if (!check(raw)) return invalid(reasonOf(check.errors?.[0]));
  const event = raw as SocialEventOnWire;
  const time = Date.parse(event.time);
  if (offset === undefined) return invalid('id');
  if (Number.isNaN(time)) return invalid('time');
  if (check === unknown) return { kind: 'unknown', offset, type: event.type, time };
  const wrong = socialIncoherence(event);
  if (wrong) return invalid(wrong);
  if ('authorId' in event.data) {
    const { id: postId, authorId } = event.data;
    const change = changes[event.type as PostType];
    return { kind: 'post', change, offset, id: postId, authorId };
  }
  const { userId, otherId } = event.data;
  const wasFriends = event.type === 'FriendshipEnded' && event.data.wasFriends;
  const change = changes[event.type as FriendshipType];
  return { kind: 'friendship', change, offset, userId, otherId, wasFriends };
}

/** The part of an event that contradicts another part, or undefined; a schema cannot express this. */
export function socialIncoherence({
  id,
  sequence,
  subject,
  data,
}: SocialEventOnWire): InvalidReason | undefined {
  if (offsetOf(id) === undefined) return 'id';
  if (sequence !== id.padStart(20, '0')) return 'sequence';
  return subject === subjectOf(data) ? undefined : 'subject';
}

/** The subject that belongs to an event's data. */
const subjectOf = (data: SocialEventOnWire['data']): string =>
  'id' in data
    ? String(data.id)
    : `${Math.min(data.userId, data.otherId)}-${Math.max(data.userId, data.otherId)}`;
