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

export interface Schema {
  posts: PostsTable;
  friendships: FriendshipsTable;
  idempotency_keys: IdempotencyKeysTable;
}
