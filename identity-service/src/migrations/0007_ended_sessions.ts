// Sessions that ended while an access token of theirs may still be valid, for the services that verify such tokens by themselves.
// A trigger records them, so whatever ends a session cannot forget it. Rows are committed in the order of their positions
// (offsets), so a consumer that has read up to an offset has seen every row before it.
import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table ended_sessions (
      position bigint generated always as identity (cache 1) primary key
        check (position between 1 and 9007199254740991),
      id uuid not null,
      ended_at timestamptz(3) not null default clock_timestamp()
    )`.execute(db);

  // Access tokens live for five minutes, and a session that expired issues none; one minute is for differences of clocks.
  // The lock is held until the transaction ends, so positions become visible in order. It comes after all locks of the rows that
  // the statement deletes, and before that of the user event log.
  await sql`
    create function record_ended_sessions() returns trigger language plpgsql as $$
    begin
      if exists (select from ended where expires_at > now() - interval '6 minutes') then
        perform pg_advisory_xact_lock(7301006);
        insert into ended_sessions (id)
          select id from ended where expires_at > now() - interval '6 minutes';
      end if;
      return null;
    end $$`.execute(db);
  await sql`
    create trigger record_ended_sessions after delete on sessions
    referencing old table as ended
    for each statement execute function record_ended_sessions()`.execute(db);
}
