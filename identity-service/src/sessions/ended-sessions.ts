// The sessions that ended lately, as events: other services refuse their access tokens, which have not expired yet.
// The trigger of migration 0007 records them.
import { endOffsetIn, PAGE_MAX } from 'chassis/event-log/log-reader';
import type { SessionEnded } from 'contracts/types';
import { type Kysely, type Selectable, sql } from 'kysely';
import type { EndedSessionsTable, Schema } from '../schema.ts';
import { MAX_TOKEN_LIFETIME_S } from 'contracts/tokens';

export interface EndedSessions {
  /** The offset of the newest event; 0 if there is none. */
  endOffset(): Promise<number>;
  /** The oldest events after an offset; at most PAGE_MAX. */
  after(offset: number): Promise<EndedSessionPage>;
  /** Deletes the events of sessions whose access tokens have all expired, except the newest one. */
  deleteOld(): Promise<void>;
}

interface EndedSessionPage {
  readonly events: readonly SessionEnded[];
  /** The offset after which the next page starts. */
  readonly nextOffset: number;
  readonly endOffset: number;
}

/** A token may be issued a moment after its session ended, and the clocks of a service and its database differ. */
const KEPT_MS = MAX_TOKEN_LIFETIME_S * 1000 + 60_000;

export const endedSessionsIn = (db: Kysely<Schema>): EndedSessions => ({
  endOffset: () => endOffsetIn(db, 'ended_sessions'),

  async after(offset) {
    const rows = await db
      .selectFrom('ended_sessions')
      .selectAll()
      .where('position', '>', offset)
      .orderBy('position')
      .limit(PAGE_MAX)
      .execute();
    // Read after the events, so that the end is never before the last of them.
    const endOffset = await endOffsetIn(db, 'ended_sessions');
    return { events: rows.map(eventOf), nextOffset: rows.at(-1)?.position ?? offset, endOffset };
  },

  async deleteOld() {
    // The newest one stays: it is the end of the feed, which must not go back.
    await sql`
      delete from ended_sessions
      where ended_at <= now() - ${KEPT_MS}::bigint * interval '1 millisecond'
        and position < (select max(position) from ended_sessions)`.execute(db);
  },
});

const eventOf = ({ position, id, ended_at }: Selectable<EndedSessionsTable>): SessionEnded => ({
  specversion: '1.0',
  id: String(position),
  source: 'urn:social-network:identity',
  type: 'SessionEnded',
  subject: id,
  time: ended_at.toISOString(),
  sequence: String(position).padStart(20, '0'),
  datacontenttype: 'application/json',
  data: { id, tokensExpireAt: new Date(ended_at.getTime() + KEPT_MS).toISOString() },
});
