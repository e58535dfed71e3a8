// How far the posts of a deleted user are deleted.
import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table departed add column posts_after bigint not null default 0`.execute(db);
}
