// What a client has missed while it was not connected.
import type { DeletedEvent, NamedEvent } from 'contracts/events/decode';
import type { FriendshipEvent, PostEvent } from 'contracts/events/decode-social';
import { otherOf } from './audience.ts';
import { friendshipText, postText, renameText } from './messages.ts';
import { formatPlace, type Place } from './place.ts';
import type { Logged } from './tail.ts';

export type SocialLogged = PostEvent | FriendshipEvent;
export type UserLogged = NamedEvent | DeletedEvent;

export interface Missed {
  readonly viewerId: number;
  /** The friends at `from`; changed to those at `to`. */
  readonly friends: Set<number>;
  readonly from: Place;
  readonly to: Place;
  readonly socialEvents: readonly Logged<SocialLogged>[];
  readonly userEvents: readonly Logged<UserLogged>[];
}

/** A client that has missed more, in characters, loads everything anew: that is less work for both sides. */
const REPLAY_MAX = 131_072;

/** Returns the messages that a viewer has missed; undefined if they are too many. */
export function missedText(missed: Missed): string | undefined {
  const { viewerId, friends, from, to, socialEvents, userEvents } = missed;
  const texts: string[] = [];
  for (const { event, epoch } of socialEvents) {
    const id = formatPlace({ social: { offset: event.offset, epoch }, identity: from.identity });
    if (event.kind === 'post') {
      const isSeen = event.authorId === viewerId || friends.has(event.authorId);
      if (isSeen) texts.push(postText(event, id));
      continue;
    }
    const other = otherOf(event, viewerId);
    if (other === undefined) continue;
    if (event.change === 'accepted') friends.add(other);
    if (event.change === 'ended') friends.delete(other);
    texts.push(friendshipText(event, viewerId, id));
  }
  for (const { event, epoch } of userEvents) {
    if (event.kind === 'deleted') continue;
    if (event.userId !== viewerId && !friends.has(event.userId)) continue;
    const identity = { offset: event.offset, epoch };
    texts.push(renameText(event, formatPlace({ social: to.social, identity })));
  }
  const text = texts.join('');
  return text.length > REPLAY_MAX ? undefined : text;
}
