// The device of a session, for people: a short name, made from the User-Agent of the log-in. Null for older sessions.
import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table sessions add column device text collate "C"`.execute(db);
}
