// Who sees whom: an index from each user to the streams of those who see the user. So an event costs what it concerns, not all.
import type { FriendshipEvent } from 'contracts/events/decode-social';

/** A connected client. */
export interface Stream {
  readonly userId: number;
  readonly sessionId: string;
  /** The users whom the viewer sees, beside the viewer. */
  readonly friends: Set<number>;
  /** Offsets up to which the client has all messages. */
  readonly after: { readonly social: number; readonly identity: number };
  write(text: string): void;
  end(reason: EndReason): void;
}

/** Why a stream ended. */
export const endReasons = ['left', 'slow', 'expired', 'session', 'deleted', 'stopping'] as const;
export type EndReason = (typeof endReasons)[number];

export interface Audience {
  readonly all: ReadonlySet<Stream>;
  /** The streams of a user. */
  ownOf(userId: number): Iterable<Stream>;
  /** The streams of a user, and of the user's friends. */
  seersOf(userId: number): Iterable<Stream>;
  add(stream: Stream): void;
  remove(stream: Stream): void;
  befriend(stream: Stream, id: number): void;
  unfriend(stream: Stream, id: number): void;
}

const NONE: readonly Stream[] = [];

export function createAudience(): Audience {
  const all = new Set<Stream>();
  const own = new Map<number, Set<Stream>>();
  const seers = new Map<number, Set<Stream>>();
  const link = (index: Map<number, Set<Stream>>, id: number, stream: Stream): void => {
    const known = index.get(id);
    if (known === undefined) index.set(id, new Set([stream]));
    else known.add(stream);
  };
  const unlink = (index: Map<number, Set<Stream>>, id: number, stream: Stream): void => {
    const known = index.get(id);
    known?.delete(stream);
    if (known?.size === 0) index.delete(id);
  };
  const seenBy = ({ userId, friends }: Stream): number[] => [userId, ...friends];
  return {
    all,
    // Copies: what a message causes may change the index.
    ownOf: (userId) => [...(own.get(userId) ?? NONE)],
    seersOf: (userId) => [...(seers.get(userId) ?? NONE)],
    add(stream) {
      all.add(stream);
      link(own, stream.userId, stream);
      for (const id of seenBy(stream)) link(seers, id, stream);
    },
    remove(stream) {
      all.delete(stream);
      unlink(own, stream.userId, stream);
      for (const id of seenBy(stream)) unlink(seers, id, stream);
    },
    befriend(stream, id) {
      stream.friends.add(id);
      link(seers, id, stream);
    },
    unfriend(stream, id) {
      if (stream.friends.delete(id)) unlink(seers, id, stream);
    },
  };
}

/** The other user of a friendship; undefined when the viewer is none of the two. */
export function otherOf(
  { userId, otherId }: FriendshipEvent,
  viewerId: number,
): number | undefined {
  if (userId === viewerId) return otherId;
  return otherId === viewerId ? userId : undefined;
}

/**
 * Goes back from the friends of today to those before some events.
 * @param events in the order of the log
 */
export function friendsBefore(
  friends: ReadonlySet<number>,
  events: readonly FriendshipEvent[],
  viewerId: number,
): Set<number> {
  const before = new Set(friends);
  for (const event of events.toReversed()) {
    const other = otherOf(event, viewerId);
    if (other === undefined) continue;
    if (event.change === 'accepted') before.delete(other);
    else if (event.change === 'ended' && event.wasFriends) before.add(other);
  }
  return before;
}
