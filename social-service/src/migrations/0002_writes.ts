// For writes: longer posts, to allow surrounding white space; idempotency keys; and indexes of accepted friendships only.
import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  // Posts are stored as sent. The service checks that at most 5,000 characters remain after trimming.
  await sql`alter table posts drop constraint posts_content_check`.execute(db);
  await sql`
    alter table posts add constraint posts_content_check
      check (char_length(content) between 1 and 6000)`.execute(db);

  // No foreign key to posts: a post may be deleted before its key.
  await sql`
    create table idempotency_keys (
      user_id bigint not null check (user_id between 1 and 9007199254740991),
      key text not null check (char_length(key) between 1 and 200),
      body_hash bytea not null,
      post_id bigint not null,
      created_at timestamptz(3) not null default now(),
      primary key (user_id, key)
    )`.execute(db);
  await sql`create index idempotency_keys_created_at_idx on idempotency_keys (created_at)`.execute(
    db,
  );

  // A user's friends in the order of their ids, on either side. Friend requests are not included: anyone may send them, and
  // a thousand of them must not make a feed slower.
  await sql`
    create index friends_low_id_high_id_idx on friendships (low_id, high_id)
      where accepted_at is not null`.execute(db);
  await sql`
    create index friends_high_id_low_id_idx on friendships (high_id, low_id)
      where accepted_at is not null`.execute(db);
  // The same order for requests. For the low side, the primary key has this order.
  await sql`create index friendships_high_id_low_id_idx on friendships (high_id, low_id)`.execute(
    db,
  );
  await sql`drop index friendships_high_id_idx`.execute(db);
}
