// Table types for Kysely; migrations/ creates the tables.
import type { EventType } from 'contracts/events/decode';
import type { Generated, GeneratedAlways } from 'kysely';

export interface UsersTable {
  id: Generated<number>;
  /** Unique, ignoring case. */
  username: string;
  email: string;
  /** argon2id, in the PHC string format. */
  password_hash: string;
  /** Incremented with each new password, but not with a new hash of the same password. */
  password_version: Generated<number>;
  created_at: Generated<Date>;
}

export interface SessionsTable {
  /** The `sid` of access tokens. */
  id: string;
  user_id: number;
  /** SHA-256 of the secret of the current refresh token, and of the previous one. */
  token_hash: Uint8Array;
  previous_hash: Uint8Array | null;
  /** HMAC key that derives each refresh token from the previous one. */
  chain_key: Uint8Array;
  created_at: Date;
  rotated_at: Date;
  expires_at: Date;
  /** A readable name; see device-name.ts. */
  device: Generated<string | null>;
}

/** Sessions that ended while an access token of theirs may be valid. Only the trigger of migration 0007 writes them. */
export interface EndedSessionsTable {
  /** The offset: rises, with gaps. Rows become visible in this order. */
  position: GeneratedAlways<number>;
  /** The `sid` of access tokens. */
  id: string;
  ended_at: GeneratedAlways<Date>;
}

export interface SigningKeysTable {
  kid: string;
  /** JSON Web Key (RFC 8037) with the private part. */
  private_jwk: string;
  created_at: Date;
}

/** Written by rate-limiter-flexible. */
export interface LoginAttemptsTable {
  key: string;
  points: number;
  /** Milliseconds since the epoch. */
  expire: number | null;
}

export interface UserEventsTable {
  /** The offset: rises, with gaps. Events become visible in this order. */
  position: GeneratedAlways<number>;
  type: EventType;
  user_id: number;
  /** Null for UserDeleted. */
  username: string | null;
  /** Trace of the request that changed the user (W3C Trace Context). */
  traceparent: string | null;
  created_at: Generated<Date>;
  /** The time since which a UserDeleted has been the only event of its user; see compaction.ts. */
  sole_since: Date | null;
}

/** The epochs of the log; see migration 0004. Only the function begin_log_epoch writes them. */
export interface LogEpochsTable {
  number: GeneratedAlways<number>;
  id: GeneratedAlways<string>;
  /** The epoch has the events after this offset. */
  began_after: GeneratedAlways<number>;
}

/** The offset up to which the log is published, per stream. */
export interface RelaysTable {
  stream: string;
  position: number;
  /** When an instance that publishes to this stream, or would, was there last. */
  seen_at: Generated<Date>;
}

export interface Schema {
  users: UsersTable;
  sessions: SessionsTable;
  ended_sessions: EndedSessionsTable;
  signing_keys: SigningKeysTable;
  login_attempts: LoginAttemptsTable;
  user_events: UserEventsTable;
  relays: RelaysTable;
  log_epochs: LogEpochsTable;
}
