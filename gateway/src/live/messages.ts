// What an event of a log means for a viewer, and its form on the wire: server-sent events
// (https://html.spec.whatwg.org/multipage/server-sent-events.html).
import type { NamedEvent } from 'contracts/events/decode';
import type { FriendshipEvent, PostEvent } from 'contracts/events/decode-social';

/** The names of the messages. */
export type MessageName =
  | `post-${PostEvent['change']}`
  | 'friend-requested'
  | 'friend-accepted'
  | 'friend-removed'
  | 'user-renamed'
  | 'upstream'
  | 'reset';

/** Makes the text of a message. @param id the place in the stream after it */
export const messageText = (name: MessageName, data: object, id: string): string =>
  `event: ${name}\nid: ${id}\ndata: ${JSON.stringify(data)}\n\n`;

/** A text without a message, which keeps connections open and moves the place of the client. */
export const heartbeatText = (id: string): string => `:\nid: ${id}\n\n`;

/** Asks the client to wait before it connects again, in ms. */
export const retryText = (ms: number): string => `retry: ${ms}\n\n`;

export const postText = ({ change, id: postId, authorId }: PostEvent, id: string): string =>
  messageText(`post-${change}`, { id: postId, authorId }, id);

/** @param viewerId one of the two users */
export function friendshipText(event: FriendshipEvent, viewerId: number, id: string): string {
  const { change, userId, otherId } = event;
  const isActor = userId === viewerId;
  const other = isActor ? otherId : userId;
  if (change === 'accepted') return messageText('friend-accepted', { id: other }, id);
  if (change === 'ended') return messageText('friend-removed', { id: other }, id);
  const direction = isActor ? 'outgoing' : 'incoming';
  return messageText('friend-requested', { id: other, direction }, id);
}

export const renameText = ({ userId, username }: NamedEvent, id: string): string =>
  messageText('user-renamed', { id: userId, username }, id);
