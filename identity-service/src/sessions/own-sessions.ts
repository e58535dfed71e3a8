// The sessions of one user, for the user: where one is logged in, and ending sessions from elsewhere.
import type { OwnSessions as OwnSessionList } from 'contracts/types';
import type { Kysely } from 'kysely';
import type { Schema } from '../schema.ts';

/** The session of the request. */
interface ViewerSession {
  readonly userId: number;
  readonly sessionId: string;
}

/** Each returns undefined when the session of the request has ended. */
export interface OwnSessions {
  /** The sessions that have not expired, the last used first; at most 100. */
  list(viewer: ViewerSession): Promise<OwnSessionList | undefined>;
  /** Ends a session of the same user. @returns whether there was one */
  end(viewer: ViewerSession, id: string): Promise<boolean | undefined>;
  /** Ends all sessions of the user except the one that asks. */
  endOthers(viewer: ViewerSession): Promise<true | undefined>;
}

const MAX_ITEMS = 100;

export function ownSessionsIn(db: Kysely<Schema>, now: () => number = Date.now): OwnSessions {
  const live = (userId: number) =>
    db
      .selectFrom('sessions')
      .where('user_id', '=', userId)
      .where('expires_at', '>', new Date(now()));
  const exists = async ({ userId, sessionId }: ViewerSession): Promise<boolean> =>
    (await live(userId).select('id').where('id', '=', sessionId).executeTakeFirst()) !== undefined;

  return {
    async list(viewer) {
      if (!(await exists(viewer))) return undefined;
      const rows = await live(viewer.userId)
        .select(['id', 'device', 'created_at', 'rotated_at'])
        .orderBy('rotated_at', 'desc')
        .orderBy('id')
        .limit(MAX_ITEMS)
        .execute();
      const items = rows.map((row) => ({
        id: row.id,
        device: row.device,
        createdAt: row.created_at.toISOString(),
        lastUsedAt: row.rotated_at.toISOString(),
        current: row.id === viewer.sessionId,
      }));
      return { items };
    },

    async end(viewer, id) {
      if (!(await exists(viewer))) return undefined;
      const { numDeletedRows } = await db
        .deleteFrom('sessions')
        .where('user_id', '=', viewer.userId)
        .where('id', '=', id)
        .executeTakeFirst();
      return numDeletedRows === 1n;
    },

    async endOthers(viewer) {
      if (!(await exists(viewer))) return undefined;
      await db
        .deleteFrom('sessions')
        .where('user_id', '=', viewer.userId)
        .where('id', '<>', viewer.sessionId)
        .execute();
      return true;
    },
  };
}
