// Users from before the user event log: rows without events.
import { type Kysely, sql } from 'kysely';
import type { Schema } from '../../src/schema.ts';

/** Adds `count` users with ids from `first` on. */
export async function addUsersWithoutEvents(
  db: Kysely<Schema>,
  first: number,
  count: number,
): Promise<void> {
  await sql`
    insert into users (id, username, email, password_hash)
    select n, 'old_' || n, 'old_' || n || '@example.org', '$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA'
    from generate_series(${first}::bigint, ${first + count - 1}::bigint) as n`.execute(db);
  await sql`select setval(pg_get_serial_sequence('users', 'id'), (select max(id) from users))`.execute(
    db,
  );
}

/** Reads names by id from the table of users. */
export async function usernamesIn(db: Kysely<Schema>): Promise<Map<number, string>> {
  const users = await db.selectFrom('users').select(['id', 'username']).execute();
  return new Map(users.map(({ id, username }) => [id, username]));
}
