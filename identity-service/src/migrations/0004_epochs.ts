// The epochs of the user event log. A database with another history than the one in which the newest epoch began refuses new
// users and new events until a new epoch has begun: its newest events may be lost, and others may have seen them.
import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table log_epochs (
      number bigint primary key,
      id text collate "C" not null unique check (id ~ '^[0-9a-f]{16}$'),
      began_after bigint not null check (began_after between 0 and 9007199254740991),
      history text collate "C" not null,
      created_at timestamptz(3) not null default clock_timestamp()
    )`.execute(db);

  // The history of this database: its cluster, the cluster's timeline, the database, and the table. A promoted standby and a
  // recovery to a point in time have another timeline; a dump that was restored has another cluster, database or table.
  await sql`
    create function log_history() returns text language sql stable as $$
      select concat_ws('/', cluster.system_identifier,
        substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8), own.oid, to_regclass('user_events')::oid)
      from pg_control_system() as cluster, pg_database as own
      where own.datname = current_database()
    $$`.execute(db);
  await sql`
    create function log_epoch_is_current() returns boolean language sql stable as $$
      select coalesce(
        (select history from log_epochs order by number desc limit 1) = log_history(), false)
    $$`.execute(db);

  await sql`
    create function require_log_epoch() returns trigger language plpgsql as $$
    begin
      if not log_epoch_is_current() then
        raise exception using errcode = '55L01', message = 'the user event log needs a new epoch',
          hint = 'select begin_log_epoch()';
      end if;
      return null;
    end $$`.execute(db);
  // Triggers of a table run in the order of their names, so this one runs before the lock of user_events_in_order is taken.
  await sql`
    create trigger user_events_epoch before insert on user_events
    for each statement execute function require_log_epoch()`.execute(db);
  await sql`
    create trigger users_epoch before insert on users
    for each statement execute function require_log_epoch()`.execute(db);

  // Offsets and user ids continue at the number of microseconds since 1970. What is lost was written before now, at far less
  // than a million events in a second, and began at most at such a number. So no number is given twice, however much is lost
  // and however often the same backup is restored; only a clock that is set back could do that. The space lasts until 2255.
  await sql`
    create function begin_log_epoch(forced boolean default false) returns boolean
    language plpgsql as $$
    declare
      jump constant bigint := floor(extract(epoch from clock_timestamp()) * 1000000)::bigint;
      numbers text;
    begin
      perform pg_advisory_xact_lock(7301003);
      if log_epoch_is_current() and not forced then
        return false;
      end if;
      insert into log_epochs (number, id, began_after, history)
        select coalesce((select max(number) from log_epochs), 0) + 1,
          substr(replace(gen_random_uuid()::text, '-', ''), 1, 16),
          coalesce((select max(position) from user_events), 0), log_history();
      foreach numbers in array array[
        pg_get_serial_sequence('user_events', 'position'), pg_get_serial_sequence('users', 'id')]
      loop
        perform setval(numbers, greatest(jump, nextval(numbers) + 1000000));
      end loop;
      return true;
    end $$`.execute(db);

  // What is in the log already belongs to the first epoch. Nobody has seen another one, so the numbers go on as they are.
  await sql`
    insert into log_epochs (number, id, began_after, history)
    values (1, substr(replace(gen_random_uuid()::text, '-', ''), 1, 16), 0, log_history())`.execute(
    db,
  );
}
