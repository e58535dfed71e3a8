// The demo posts and friendships; identity-service/src/demo.ts has their users.
import { type Kysely, sql } from 'kysely';
import type { Schema } from './schema.ts';
import { locks } from './locks.ts';

const POSTS: readonly (readonly [authorId: number, written: string, content: string])[] = [
  [1, '2026-01-01T10:00:00Z', 'A new year, and the cat has not noticed.'],
  [3, '2026-01-02T23:40:00Z', 'The best ideas come after eleven at night. The worst ones, too.'],
  [2, '2026-01-03T07:00:00Z', 'Good morning.'],
  [4, '2026-01-04T17:15:00Z', 'Rain since Tuesday. The kettle and I are very happy.'],
  [
    1,
    '2026-01-05T09:30:00Z',
    'Cats are great, dogs are too. But, to be fair, the sun is much better.',
  ],
  [5, '2026-01-06T14:05:00Z', 'Stood on top of something today. Came down again. 10/10.'],
  [2, '2026-01-08T05:55:00Z', 'Nobody else is awake, so this sunrise is mine.'],
  [1, '2026-01-10T12:20:00Z', 'The dog has found the warm spot on the floor. The cat objects.'],
  [3, '2026-01-12T00:30:00Z', 'Is it still Sunday if you have not slept?'],
  [5, '2026-01-15T16:45:00Z', 'Snow above 1,800 m. Boots waxed, map folded wrong, as always. 🏔️'],
  [4, '2026-01-18T18:00:00Z', 'Found a tea that tastes like a library. I mean that kindly.'],
  [1, '2026-01-20T08:10:00Z', 'Sun report: yes.'],
];

const FRIENDSHIPS: readonly (readonly [
  requestedBy: number,
  requestedOf: number,
  requestedAt: string,
  acceptedAt?: string,
])[] = [
  [1, 2, '2025-11-04T09:00:00Z', '2025-11-04T09:20:00Z'],
  [3, 1, '2025-11-12T22:10:00Z', '2025-11-13T07:45:00Z'],
  [1, 5, '2025-12-03T12:00:00Z', '2025-12-05T18:30:00Z'],
  [4, 2, '2025-12-10T15:00:00Z', '2025-12-11T06:00:00Z'],
  [6, 1, '2026-01-16T20:00:00Z'],
  [3, 4, '2026-01-19T23:30:00Z'],
];

/** Inserts the demo data if the database has no posts and no friendships. */
export async function seed(db: Kysely<Schema>): Promise<void> {
  await db.transaction().execute(async (tx) => {
    await sql`select pg_advisory_xact_lock(${locks.demo})`.execute(tx);
    const existingPost = await tx.selectFrom('posts').select('id').limit(1).executeTakeFirst();
    const existingFriendship = await tx
      .selectFrom('friendships')
      .select('low_id')
      .limit(1)
      .executeTakeFirst();
    if (existingPost !== undefined || existingFriendship !== undefined) return;

    const posts = POSTS.map(([author_id, written, content], index) => ({
      id: index + 1,
      author_id,
      content,
      created_at: new Date(written),
    }));
    await tx.insertInto('posts').values(posts).execute();
    // The rows have explicit ids, so the sequence must continue after them.
    await sql`select setval(pg_get_serial_sequence('posts', 'id'), ${POSTS.length})`.execute(tx);

    const friendships = FRIENDSHIPS.map(([requestedBy, requestedOf, requestedAt, acceptedAt]) => ({
      low_id: Math.min(requestedBy, requestedOf),
      high_id: Math.max(requestedBy, requestedOf),
      requested_by: requestedBy,
      requested_at: new Date(requestedAt),
      accepted_at: acceptedAt === undefined ? null : new Date(acceptedAt),
    }));
    await tx.insertInto('friendships').values(friendships).execute();
  });
}
