// The tables, as Kysely sees them; migrations/ makes them.
import type { EventType } from 'contracts/events/decode';
import type { Generated, GeneratedAlways } from 'kysely';

export interface UsersTable {
  id: Generated<number>;
  /** Unique whatever its case. */
  username: string;
  email: string;
  /** argon2id, in the PHC string format. */
  password_hash: string;
  /** Goes up with each new password, not with a new hash of the same one. */
  password_version: Generated<number>;
  created_at: Generated<Date>;
}

export interface SessionsTable {
  /** The `sid` of access tokens. */
  id: string;
  user_id: number;
  /** SHA-256 of the refresh token that is good now, and of the one before it. */
  token_hash: Uint8Array;
  previous_hash: Uint8Array | null;
  /** What the successor of a refresh token is made with. */
  chain_key: Uint8Array;
  created_at: Date;
  rotated_at: Date;
  expires_at: Date;
}

export interface SigningKeysTable {
  kid: string;
  /** JSON Web Key (RFC 8037), the private half included. */
  private_jwk: string;
  created_at: Date;
}

/** Kept by rate-limiter-flexible. */
export interface LoginAttemptsTable {
  key: string;
  points: number;
  /** Milliseconds since the epoch. */
  expire: number | null;
}

export interface UserEventsTable {
  /** Rises, with gaps; becomes visible in its order. */
  position: GeneratedAlways<number>;
  type: EventType;
  user_id: number;
  /** Null when the user is gone. */
  username: string | null;
  /** Of the request that changed the user (W3C Trace Context). */
  traceparent: string | null;
  created_at: Generated<Date>;
  /** Since when a UserDeleted is the only event of its user; see compaction.ts. */
  sole_since: Date | null;
}

/** How far the log has been published. */
export interface RelaysTable {
  stream: string;
  position: number;
}

export interface Schema {
  users: UsersTable;
  sessions: SessionsTable;
  signing_keys: SigningKeysTable;
  login_attempts: LoginAttemptsTable;
  user_events: UserEventsTable;
  relays: RelaysTable;
}
