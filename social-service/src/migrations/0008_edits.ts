// When the text of a post was last changed; null if it never was. A release without the column leaves it as it is.
import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table posts add column edited_at timestamptz(3)`.execute(db);
}
