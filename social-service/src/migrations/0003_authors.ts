// The replica of Identity's users, and its offset in Identity's user event log.
import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  // During a rebuild, the previous generation is still stored and read, so the newest two generations may be in use.
  await sql`
    create table authors (
      generation integer not null,
      id bigint not null check (id between 1 and 9007199254740991),
      username text collate "C" not null,
      position bigint not null check (position between 1 and 9007199254740991),
      primary key (generation, id)
    )`.execute(db);

  // One row per log. A transaction that applies events or starts a rebuild locks this row.
  await sql`
    create table log_position (
      name text collate "C" primary key,
      position bigint not null default 0 check (position between 0 and 9007199254740991),
      generation integer not null default 1,
      serving integer not null default 1,
      goal bigint check (goal > 0),
      check (serving <= generation)
    )`.execute(db);
  await sql`insert into log_position (name) values ('users')`.execute(db);

  // Deleted users, as long as one of their access tokens may still be valid.
  await sql`
    create table departed (
      user_id bigint primary key,
      noticed_at timestamptz(3) not null default now()
    )`.execute(db);

  await sql`
    create table broken_events (
      id bigint generated always as identity primary key,
      position bigint,
      reason text collate "C" not null,
      event text not null,
      hash bytea not null unique,
      kept_at timestamptz(3) not null default now()
    )`.execute(db);
}
