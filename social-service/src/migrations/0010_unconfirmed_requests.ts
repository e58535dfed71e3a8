// Friend requests to users whom the replica did not know: whether they exist is asked later. The release before writes none.
import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table friendships add column unconfirmed boolean not null default false`.execute(
    db,
  );
  await sql`
    create index if not exists friendships_unconfirmed_idx on friendships (low_id, high_id)
    where unconfirmed`.execute(db);
}
