// The tables, as Kysely sees them; migrations/ makes them.
import type { Generated } from 'kysely';

export interface PostsTable {
  id: Generated<number>;
  author_id: number;
  content: string;
  created_at: Generated<Date>;
}

/** One row for two users, whoever asked: `low_id` < `high_id`. */
export interface FriendshipsTable {
  low_id: number;
  high_id: number;
  requested_by: number;
  requested_at: Generated<Date>;
  /** Null while it is only asked for. */
  accepted_at: Date | null;
}

/** A request that made a post, and may come again. */
export interface IdempotencyKeysTable {
  user_id: number;
  key: string;
  body_hash: Uint8Array;
  post_id: number;
  created_at: Generated<Date>;
}

/** The copy of Identity's users. Only the generation that `log_position` says is being served is read. */
export interface AuthorsTable {
  generation: number;
  id: number;
  username: string;
  /** Of the event that made the row what it is. */
  position: number;
}

/** How far in a log its copy is. */
export interface LogPositionTable {
  name: 'users';
  position: Generated<number>;
  /** What events are written to. */
  generation: Generated<number>;
  /** What is read from: another one while a copy is being made, 0 when none was ever whole. */
  serving: Generated<number>;
  /** The position at which the copy that is being made is whole; null while that is not known, and when none is. */
  goal: number | null;
  /** The log has never given the position: nothing of it is read any more, until the copy is made anew. */
  lost: Generated<boolean>;
}

/** Users who left a short while ago. */
export interface DepartedTable {
  user_id: number;
  noticed_at: Generated<Date>;
}

/** Events that break the contract, for people to look at. */
export interface BrokenEventsTable {
  id: Generated<number>;
  position: number | null;
  reason: string;
  /** JSON, cut off when it is long. */
  event: string;
  hash: Uint8Array;
  kept_at: Generated<Date>;
}

export interface Schema {
  posts: PostsTable;
  friendships: FriendshipsTable;
  idempotency_keys: IdempotencyKeysTable;
  authors: AuthorsTable;
  log_position: LogPositionTable;
  departed: DepartedTable;
  broken_events: BrokenEventsTable;
}
