// Table types for Kysely; migrations/ creates the tables. Some columns keep older names of what they store.
import type { SocialEventType } from 'contracts/events/decode-social';
import type { Generated, GeneratedAlways } from 'kysely';

export interface PostsTable {
  id: Generated<number>;
  author_id: number;
  content: string;
  created_at: Generated<Date>;
  /** Null until the text is changed for the first time. */
  edited_at: Generated<Date | null>;
}

/** One row for two users, whoever sent the request: `low_id` < `high_id`. */
export interface FriendshipsTable {
  low_id: number;
  high_id: number;
  requested_by: number;
  requested_at: Generated<Date>;
  /** Null until the request is accepted. */
  accepted_at: Date | null;
  /** The replica did not know the other user, so Identity has to be asked; see friends/unconfirmed.ts. */
  unconfirmed: Generated<boolean>;
}

/** A request that created a post, and that the client may send again. */
export interface IdempotencyKeysTable {
  user_id: number;
  key: string;
  body_hash: Uint8Array;
  post_id: number;
  created_at: Generated<Date>;
}

/** The replica of Identity's users. Only the generation `log_position.serving` is read. */
export interface AuthorsTable {
  generation: number;
  id: number;
  username: string;
  /** Offset of the event that wrote the row. */
  position: number;
}

/** The progress of a replica in its log. */
export interface LogOffsetTable {
  name: 'users';
  /** The offset up to which events are applied. */
  position: Generated<number>;
  /** The generation that events are applied to. */
  generation: Generated<number>;
  /** The generation that is read: an older one during a rebuild, 0 until the first generation is complete. */
  serving: Generated<number>;
  /** The offset at which the rebuild is complete; null if it is not known yet, and when no rebuild runs. */
  goal: number | null;
  /** The id of the epoch that has the event at `position`; null while it is unknown, and at the beginning of a rebuild. */
  epoch: string | null;
  /** The `time` of the event at `position`; null while it is unknown. */
  event_time: string | null;
  /** The position that `epoch` and `event_time` belong to; they are unknown when it is not `position`. */
  epoch_offset: number | null;
  /** Where the served generation stood when the rebuild began; null when no rebuild runs. */
  served_offset: number | null;
  served_epoch: string | null;
  /** The epoch that the rebuild may take whatever was served: its id, or `any`; null for a rebuild of the same log. */
  accepted_epoch: string | null;
  /** The log ends before `position`, so it has lost events. Social reads nothing more until a rebuild. */
  lost: Generated<boolean>;
}

/** Deleted users: within the last hour, or with content that is not deleted yet. Their content is not shown. */
export interface DepartedTable {
  user_id: number;
  noticed_at: Generated<Date>;
  /** The id up to which the user's posts are deleted. */
  posts_after: Generated<number>;
}

/** Dead letters: events that break the contract, stored for operators. */
export interface BrokenEventsTable {
  id: Generated<number>;
  /** The event's offset; null if it is unknown. */
  position: number | null;
  reason: string;
  /** JSON, truncated if it is long. */
  event: string;
  hash: Uint8Array;
  kept_at: Generated<Date>;
}

/** The social event log. */
export interface SocialEventsTable {
  /** The offset: rises, with gaps. Events become visible in this order. */
  position: GeneratedAlways<number>;
  type: SocialEventType;
  /** The author of a post, or the user who changed a friendship. */
  user_id: number;
  /** Null in events of friendships. */
  post_id: number | null;
  /** The other user of a friendship; null in events of posts. */
  other_id: number | null;
  /** For FriendshipEnded: false if it was only a request. */
  was_friends: boolean | null;
  /** Trace of the request that caused the event (W3C Trace Context). */
  traceparent: string | null;
  created_at: Generated<Date>;
}

export interface Schema {
  posts: PostsTable;
  friendships: FriendshipsTable;
  idempotency_keys: IdempotencyKeysTable;
  authors: AuthorsTable;
  log_position: LogOffsetTable;
  departed: DepartedTable;
  broken_events: BrokenEventsTable;
  social_events: SocialEventsTable;
}
