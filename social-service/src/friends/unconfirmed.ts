// Friend requests to users whom the replica did not know. While Identity is away, nobody can tell at once whether such a user
// exists; a request to an id that never did would stay for ever.
import { type Kysely, sql } from 'kysely';
import type { Outbox } from '../events/outbox.ts';
import type { Schema } from '../schema.ts';

/** The most requests in a step; Identity answers for as many ids at once. */
const BATCH = 100;

/** Returns the users who exist; throws when that cannot be asked now. */
export type ExistingUsers = (ids: readonly number[]) => Promise<ReadonlyMap<number, unknown>>;

interface Unconfirmed {
  readonly low_id: number;
  readonly high_id: number;
  readonly requested_by: number;
  /** To whom the request was sent. */
  readonly user_id: number;
}

/**
 * Deletes the requests to users who do not exist, and confirms the others. A request that was accepted meanwhile stays. Several
 * instances may do this at once.
 * @throws an error of `existing`
 */
export async function confirmRequests(
  db: Kysely<Schema>,
  outbox: Outbox,
  existing: ExistingUsers,
  batch = BATCH,
): Promise<void> {
  for (;;) {
    const { rows } = await sql<Unconfirmed>`
      select low_id, high_id, requested_by, case requested_by when low_id then high_id else low_id end as user_id
      from friendships where unconfirmed order by low_id, high_id limit ${batch}`.execute(db);
    if (rows.length === 0) return;
    const known = await existing([...new Set(rows.map(({ user_id }) => user_id))]);
    const unknown = rows.filter(({ user_id }) => !known.has(user_id));
    await outbox.transaction(undefined, async (tx, record) => {
      const { rows: removed } = await sql<Pick<Unconfirmed, 'low_id' | 'high_id'>>`
        delete from friendships where (low_id, high_id) in (${pairs(unknown)})
          and unconfirmed and accepted_at is null returning low_id, high_id`.execute(tx);
      for (const { low_id, high_id } of removed) {
        const { requested_by: userId, user_id: otherId } = unknown.find(
          (request) => request.low_id === low_id && request.high_id === high_id,
        )!;
        record({ type: 'FriendshipEnded', userId, otherId, wasFriends: false });
      }
      await sql`
        update friendships set unconfirmed = false
        where (low_id, high_id) in (${pairs(rows)}) and unconfirmed`.execute(tx);
    });
    if (rows.length < batch) return;
  }
}

const pairs = (rows: readonly Unconfirmed[]) => sql`
  select * from unnest(${rows.map(({ low_id }) => low_id)}::bigint[],
    ${rows.map(({ high_id }) => high_id)}::bigint[])`;
