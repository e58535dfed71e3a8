// The social event log: what happens to posts and friendships, with ids only.
import { createLogTables } from 'chassis/event-log/tables';
import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await createLogTables(db, {
    table: 'social_events',
    types: [
      'PostCreated',
      'PostChanged',
      'PostDeleted',
      'FriendshipRequested',
      'FriendshipAccepted',
      'FriendshipEnded',
    ],
    columns: sql`
      user_id bigint not null check (user_id between 1 and 9007199254740991),
      post_id bigint check (post_id between 1 and 9007199254740991),
      other_id bigint check (other_id between 1 and 9007199254740991),
      was_friends boolean,
      check ((post_id is null) = (type like 'Friendship%')),
      check ((other_id is null) = (type like 'Post%')),
      check ((was_friends is null) = (type <> 'FriendshipEnded'))`,
    lock: 7_301_006,
    numbered: ['posts'],
  });
}
