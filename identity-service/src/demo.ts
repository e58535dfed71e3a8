// The demo users; social-service/src/demo.ts has their posts. The README names their password.
import { type Kysely, sql } from 'kysely';
import { beginEpoch } from 'chassis/event-log/epochs';
import { appendEvents } from './events/outbox.ts';
import type { Schema } from './schema.ts';
import { locks } from './locks.ts';

// argon2id of "sunny-side-up-2026", m=19456, t=2, p=1. The password is public and must never protect real data.
const PASSWORD_HASH =
  '$argon2id$v=19$m=19456,t=2,p=1$nJcLhaO2P+r6kPlX9YT/NQ$JBhj+xe+DyNAOzX//qC0uIDMVqMsQR2fwwkqYXehT8g';

const USERS: readonly (readonly [id: number, username: string, joined: string])[] = [
  [1, 'cat_sun_dog', '2025-11-02T08:15:00Z'],
  [2, 'early_bird', '2025-11-03T05:40:00Z'],
  [3, 'night_owl', '2025-11-09T23:55:00Z'],
  [4, 'tea_and_rain', '2025-11-17T16:20:00Z'],
  [5, 'Mountain_Goat', '2025-12-01T11:05:00Z'],
  [6, 'quiet_reader', '2025-12-20T19:30:00Z'],
];

/** Inserts the demo users if the database has no users. */
export async function seed(db: Kysely<Schema>): Promise<void> {
  await beginEpoch(db);
  await db.transaction().execute(async (tx) => {
    await sql`select pg_advisory_xact_lock(${locks.demo})`.execute(tx);
    const existing = await tx.selectFrom('users').select('id').limit(1).executeTakeFirst();
    if (existing !== undefined) return;
    const rows = USERS.map(([id, username, joined]) => ({
      id,
      username,
      email: `${username.toLowerCase()}@example.com`,
      password_hash: PASSWORD_HASH,
      created_at: new Date(joined),
    }));
    await tx.insertInto('users').values(rows).execute();
    // The rows have explicit ids, so the sequence must continue after them. It may be further already.
    await sql`
      select setval(ids, greatest(nextval(ids) - 1, ${USERS.length}))
      from pg_get_serial_sequence('users', 'id') as ids`.execute(tx);
    await appendEvents(
      tx,
      rows.map(({ id, username }) => ({ type: 'UserCreated', id, username })),
    );
  });
}
