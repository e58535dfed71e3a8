// The tables, triggers and functions of a service's own event log, for a migration. Released migrations call this, so it never
// changes: a later release changes its tables in a migration of its own.
import { type Kysely, type RawBuilder, sql } from 'kysely';

export interface LogTables {
  /** Name of the table of events, such as `social_events`. */
  readonly table: string;
  /** The service's own columns and checks, after `position`, `type`, `traceparent` and `created_at`. */
  readonly columns: RawBuilder<unknown>;
  /** All event types. */
  readonly types: readonly string[];
  /** Number of the advisory lock of whoever appends; no other task of the service has it. */
  readonly lock: number;
  /** Tables whose column `id` must not give a number twice, even after a restore; beside the log's own offsets. */
  readonly numbered: readonly string[];
}

/** Makes the log with its first epoch. Locks nothing that exists. */
export async function createLogTables(db: Kysely<unknown>, options: LogTables): Promise<void> {
  const { table, columns, types, lock, numbered } = options;
  await sql`
    create table ${sql.table(table)} (
      position bigint generated always as identity (cache 1) primary key
        check (position between 1 and 9007199254740991),
      type text collate "C" not null
        check (type in (${sql.join(types.map((type) => sql.lit(type)))})),
      traceparent text collate "C"
        check (traceparent ~ '^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$'),
      created_at timestamptz(3) not null default clock_timestamp(),
      ${columns}
    )`.execute(db);
  // One row: all events after this position are in the log, older ones may be deleted.
  await sql`
    create table log_start (
      one boolean primary key default true check (one),
      position bigint not null default 0
    )`.execute(db);
  await sql`insert into log_start default values`.execute(db);
  await createEpochs(db, table, lock, numbered);

  // Runs before the statement and not before each row, since the sequence has already advanced when a row trigger runs. The
  // lock is held until the transaction ends, so positions become visible in order. A rollback leaves a gap. Without the epoch
  // of the database's history nothing is appended, and nothing is locked.
  await sql`
    create function append_in_order() returns trigger language plpgsql as $$
    begin
      if not log_epoch_is_current() then
        raise exception using errcode = '55L01', message = 'the event log needs a new epoch',
          hint = 'select begin_log_epoch()';
      end if;
      perform pg_advisory_xact_lock(${sql.lit(lock)});
      return null;
    end $$`.execute(db);
  await sql`
    create trigger append_in_order before insert on ${sql.table(table)}
    for each statement execute function append_in_order()`.execute(db);
}

async function createEpochs(
  db: Kysely<unknown>,
  table: string,
  lock: number,
  numbered: readonly string[],
): Promise<void> {
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
        substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8), own.oid,
        to_regclass(${sql.lit(table)})::oid)
      from pg_control_system() as cluster, pg_database as own
      where own.datname = current_database()
    $$`.execute(db);
  await sql`
    create function log_epoch_is_current() returns boolean language sql stable as $$
      select coalesce(
        (select history from log_epochs order by number desc limit 1) = log_history(), false)
    $$`.execute(db);
  const sequences = [
    sql`pg_get_serial_sequence(${sql.lit(table)}, 'position')`,
    ...numbered.map((name) => sql`pg_get_serial_sequence(${sql.lit(name)}, 'id')`),
  ];
  // Numbers continue at the number of microseconds since 1970. What is lost was written before now, at far less than a million
  // rows in a second, so no number is given twice; only a clock that is set back could do that. The space lasts until 2255.
  await sql`
    create function begin_log_epoch(forced boolean default false) returns boolean
    language plpgsql as $$
    declare
      jump constant bigint := floor(extract(epoch from clock_timestamp()) * 1000000)::bigint;
      numbers text;
    begin
      perform pg_advisory_xact_lock(${sql.lit(lock)});
      if log_epoch_is_current() and not forced then
        return false;
      end if;
      insert into log_epochs (number, id, began_after, history)
        select coalesce((select max(number) from log_epochs), 0) + 1,
          substr(replace(gen_random_uuid()::text, '-', ''), 1, 16),
          greatest((select position from log_start),
            coalesce((select max(position) from ${sql.table(table)}), 0)), log_history();
      foreach numbers in array array[${sql.join(sequences)}]
      loop
        perform setval(numbers, greatest(jump, nextval(numbers) + 1000000));
      end loop;
      return true;
    end $$`.execute(db);
  // Nobody has seen another epoch, so all numbers go on as they are.
  await sql`
    insert into log_epochs (number, id, began_after, history)
    values (1, substr(replace(gen_random_uuid()::text, '-', ''), 1, 16), 0, log_history())`.execute(
    db,
  );
}
