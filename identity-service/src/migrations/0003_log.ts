// The user event log, and the offset up to which the relay has published it. Events are committed in the order of their
// positions (offsets), so a consumer that has read up to an offset has seen every event before it.
import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table user_events (
      position bigint generated always as identity (cache 1) primary key
        check (position between 1 and 9007199254740991),
      type text collate "C" not null check (type in ('UserCreated', 'UserUpdated', 'UserDeleted')),
      user_id bigint not null check (user_id between 1 and 9007199254740991),
      username text collate "C" check (username ~ '^[A-Za-z0-9_]{3,30}$'),
      traceparent text collate "C"
        check (traceparent ~ '^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$'),
      created_at timestamptz(3) not null default clock_timestamp(),
      sole_since timestamptz(3),
      check ((type = 'UserDeleted') = (username is null))
    )`.execute(db);
  await sql`create index user_events_user_id_idx on user_events (user_id, position)`.execute(db);

  // Runs before the statement and not before each row, since the sequence has already advanced when a row trigger runs. The
  // lock is held until the transaction ends, so positions become visible in order. A rollback leaves a gap.
  await sql`
    create function user_events_in_order() returns trigger language plpgsql as $$
    begin
      perform pg_advisory_xact_lock(7301003);
      return null;
    end $$`.execute(db);
  await sql`
    create trigger user_events_in_order before insert on user_events
    for each statement execute function user_events_in_order()`.execute(db);

  await sql`
    create table relays (
      stream text collate "C" primary key,
      position bigint not null
    )`.execute(db);
}
