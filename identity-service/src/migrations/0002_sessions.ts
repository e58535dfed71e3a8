// Sessions, keys that sign access tokens, and counters of login attempts. Refresh tokens are stored as hashes. The private
// keys are stored in plain text, so this database must be kept secret.
import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  // Counts changes of the password. The hash cannot show them: it also changes when its parameters change.
  await sql`alter table users add column password_version integer not null default 1`.execute(db);

  // Each row is a family of refresh tokens: the current token and the previous one.
  await sql`
    create table sessions (
      id uuid primary key,
      user_id bigint not null references users (id) on delete cascade,
      token_hash bytea not null check (octet_length(token_hash) = 32),
      previous_hash bytea check (octet_length(previous_hash) = 32),
      chain_key bytea not null check (octet_length(chain_key) = 32),
      created_at timestamptz(3) not null,
      rotated_at timestamptz(3) not null,
      expires_at timestamptz(3) not null
    )`.execute(db);
  await sql`create index sessions_user_id_idx on sessions (user_id)`.execute(db);
  await sql`create index sessions_expires_at_idx on sessions (expires_at)`.execute(db);

  await sql`
    create table signing_keys (
      kid text collate "C" primary key,
      private_jwk text not null,
      created_at timestamptz(3) not null
    )`.execute(db);

  // rate-limiter-flexible requires these columns in this order. `expire` is in milliseconds since the epoch.
  await sql`
    create table login_attempts (
      key text collate "C" primary key,
      points integer not null,
      expire bigint
    )`.execute(db);
  await sql`create index login_attempts_expire_idx on login_attempts (expire)`.execute(db);
}
