// Sessions, the keys that sign access tokens, and counters of attempts to log in. Secrets are kept as hashes; the
// private keys are what this database has to keep to itself.
import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  // Counts the real changes of a password; a hash alone also changes when it is made anew with other parameters.
  await sql`alter table users add column password_version integer not null default 1`.execute(db);

  // One row is a family of refresh tokens: the one that is good now, and the one before it.
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

  // The columns, and their order, are those that rate-limiter-flexible knows. `expire` is milliseconds since the epoch.
  await sql`
    create table login_attempts (
      key text collate "C" primary key,
      points integer not null,
      expire bigint
    )`.execute(db);
  await sql`create index login_attempts_expire_idx on login_attempts (expire)`.execute(db);
}
