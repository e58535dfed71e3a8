// The social event log of the fake Social, as an HTTP feed.
import { createEventFeed, type EventFeed } from 'chassis/testing/event-feed';
import type { SocialEventOnWire } from 'contracts/types';

type Post = 'PostCreated' | 'PostChanged' | 'PostDeleted';
type Friendship = 'FriendshipRequested' | 'FriendshipAccepted' | 'FriendshipEnded';

export interface SocialEventLog extends EventFeed {
  post(type: Post, id: number, authorId: number): void;
  /** @param userId the user who acts. FriendshipEnded is the end of a friendship */
  friendship(type: Friendship, userId: number, otherId: number): void;
  /** Writes an event with any further fields. */
  add(event: Readonly<Record<string, unknown>>): void;
}

const EPOCH = Date.UTC(2026, 1, 1, 8);

export function createSocialEventLog(): SocialEventLog {
  const feed = createEventFeed('/api/social-events');
  const append = (subject: string, more: Readonly<Record<string, unknown>>): void => {
    const offset = feed.endOffset + 1;
    const event = {
      specversion: '1.0',
      id: String(offset),
      source: 'urn:social-network:social',
      subject,
      time: new Date(EPOCH + offset * 1000).toISOString(),
      sequence: String(offset).padStart(20, '0'),
      datacontenttype: 'application/json',
      epoch: '4f1c9a22b7d0e853:0',
      ...more,
    };
    feed.append([{ offset, event }]);
  };
  return Object.assign(feed, {
    post: (type: Post, id: number, authorId: number) =>
      append(String(id), { type, data: { id, authorId } satisfies SocialEventOnWire['data'] }),
    friendship(type: Friendship, userId: number, otherId: number) {
      const subject = [userId, otherId].toSorted((a, b) => a - b).join('-');
      const data = { userId, otherId, ...(type === 'FriendshipEnded' && { wasFriends: true }) };
      append(subject, { type, data });
    },
    add: (event: Readonly<Record<string, unknown>>) => append('1', event),
  });
}
