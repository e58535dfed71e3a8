// Sends a friend request, or accepts the one of the other user.
import { type Kysely, sql } from 'kysely';
import { isInReplica } from '../replica/authors.ts';
import type { Schema } from '../schema.ts';

/** Returns the key of the row of two users. */
export const pairOf = (a: number, b: number) => ({
  low_id: Math.min(a, b),
  high_id: Math.max(a, b),
});

/** Whether the two are friends now, and whether this call has made the request or the friendship. */
interface AfterPut {
  readonly accepted: boolean;
  readonly isNew: boolean;
}

/** Sends or accepts a request. @returns `gone` when the other user has ended what was there; then it has to be repeated */
export async function sendOrAccept(
  tx: Kysely<Schema>,
  userId: number,
  otherId: number,
): Promise<AfterPut | 'gone'> {
  const { low_id, high_id } = pairOf(userId, otherId);
  const requested = await tx
    .insertInto('friendships')
    .values({
      low_id,
      high_id,
      requested_by: userId,
      unconfirmed: sql<boolean>`not ${isInReplica(otherId)}`,
    })
    .onConflict((conflict) => conflict.columns(['low_id', 'high_id']).doNothing())
    .returning('low_id')
    .executeTakeFirst();
  if (requested !== undefined) return { accepted: false, isNew: true };
  const accepted = await tx
    .updateTable('friendships')
    // now() is the start of this transaction, and the other user's request may be a moment later.
    .set({ accepted_at: sql<Date>`greatest(now(), requested_at)` })
    .where('low_id', '=', low_id)
    .where('high_id', '=', high_id)
    .where('accepted_at', 'is', null)
    .where('requested_by', '<>', userId)
    .returning('low_id')
    .executeTakeFirst();
  if (accepted !== undefined) return { accepted: true, isNew: true };
  const row = await tx
    .selectFrom('friendships')
    .select('accepted_at')
    .where('low_id', '=', low_id)
    .where('high_id', '=', high_id)
    .executeTakeFirst();
  return row === undefined ? 'gone' : { accepted: row.accepted_at !== null, isNew: false };
}
