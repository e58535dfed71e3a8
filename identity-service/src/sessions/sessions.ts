// Sessions in the database: started by a login or a registration, extended by each refresh, ended by a logout, by the reuse
// of a refresh token, or by expiry.
import { randomBytes, randomUUID } from 'node:crypto';
import type { Logger } from 'chassis/observability/log';
import { complete } from 'contracts/complete';
import type { User } from 'contracts/types';
import { type Kysely, sql } from 'kysely';
import { deviceNameOf } from './device-name.ts';
import { findSession } from './find-session.ts';
import {
  firstSecret,
  hashOf,
  classifyRefreshToken,
  parseRefreshToken,
  type RefreshToken,
  successorOf,
  formatRefreshToken,
} from './refresh-token.ts';
import type { Schema } from '../schema.ts';

/** A session with its newest refresh token. */
export interface OpenSession {
  readonly id: string;
  readonly user: User;
  readonly refreshToken: string;
}

export interface Sessions {
  /**
   * Starts a session.
   * @param login the user, and the User-Agent, from which the session gets the name of its device
   * @param tx the transaction to use; without it, the session is committed at once
   * @returns undefined if the user was deleted or has another password by now
   */
  start(
    login: User & { readonly passwordVersion: number; readonly userAgent?: string | undefined },
    tx?: Kysely<Schema>,
  ): Promise<OpenSession | undefined>;
  /** Returns the session with its next refresh token; undefined if the token is not valid or no longer valid. */
  refresh(token: string): Promise<OpenSession | undefined>;
  /** Ends a session. Returns false if there is no such session. */
  end(session: { readonly userId: number; readonly sessionId: string }): Promise<boolean>;
  deleteExpired(): Promise<void>;
}

export interface SessionOptions {
  /** How long a session lives after its last refresh. */
  readonly lifeMs: number;
  /** How long a session lives in all. */
  readonly maxLifeMs: number;
  /** The most sessions of a user; a further one ends the one that was refreshed longest ago. */
  readonly maxPerUser: number;
  readonly log: Logger;
  readonly now?: () => number;
}

// A request that loses the race for the rotation reads the session once more.
const ATTEMPTS = 2;

export function sessionsIn(
  db: Kysely<Schema>,
  { lifeMs, maxLifeMs, maxPerUser, log, now = Date.now }: SessionOptions,
): Sessions {
  /** Replaces the token by `next`. Returns false if it is no longer the current token. */
  const rotate = async ({ sessionId, secret }: RefreshToken, next: Buffer): Promise<boolean> => {
    const at = now();
    const { numUpdatedRows } = await db
      .updateTable('sessions')
      .set({
        token_hash: hashOf(next),
        previous_hash: hashOf(secret),
        rotated_at: new Date(at),
        expires_at: sql`least(${new Date(at + lifeMs)}::timestamptz,
          created_at + ${maxLifeMs}::bigint * interval '1 millisecond')`,
      })
      .where('id', '=', sessionId)
      .where('token_hash', '=', hashOf(secret))
      .executeTakeFirst();
    return numUpdatedRows === 1n;
  };

  const endOldest = (tx: Kysely<Schema>, userId: number) =>
    sql`
      delete from sessions where id in (
        select id from sessions where user_id = ${userId}
        order by rotated_at desc, created_at desc, id offset ${maxPerUser} for update)`.execute(tx);

  return {
    async start({ id: userId, username, passwordVersion, userAgent }, tx = db) {
      const id = randomUUID();
      const chainKey = randomBytes(32);
      const secret = firstSecret(chainKey);
      const at = now();
      // `for share` locks the user's row, so a concurrent change of the password happens entirely before or after this.
      const { numAffectedRows } = await sql`
        insert into sessions
          (id, user_id, token_hash, chain_key, created_at, rotated_at, expires_at, device)
        select ${id}::uuid, id, ${hashOf(secret)}::bytea, ${chainKey}::bytea,
          ${new Date(at)}::timestamptz, ${new Date(at)}::timestamptz, ${new Date(at + lifeMs)}::timestamptz,
          ${deviceNameOf(userAgent)}::text
        from users where id = ${userId} and password_version = ${passwordVersion} for share`.execute(
        tx,
      );
      if (numAffectedRows !== 1n) return undefined;
      await endOldest(tx, userId);
      const refreshToken = formatRefreshToken({ sessionId: id, secret });
      return { id, user: complete<User>({ id: userId, username }), refreshToken };
    },

    async refresh(text) {
      const token = parseRefreshToken(text);
      if (token === undefined) return undefined;
      for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
        const found = await findSession(db, token.sessionId);
        if (found === undefined) return undefined;
        const next = successorOf(token.secret, found);
        const status = classifyRefreshToken(found, token.secret, now());
        if (status === 'expired' || status === 'unknown') return undefined;
        if (status === 'previous' || (status === 'current' && (await rotate(token, next)))) {
          const refreshToken = formatRefreshToken({ sessionId: token.sessionId, secret: next });
          return { id: token.sessionId, user: found.user, refreshToken };
        }
        if (status === 'reused') {
          // The token may be stolen. Thief and owner cannot be told apart, so the session ends for both.
          await db.deleteFrom('sessions').where('id', '=', token.sessionId).execute();
          log.warn({ userId: found.user.id }, 'refresh token reused; session ended');
          return undefined;
        }
      }
      return undefined;
    },

    async end({ userId, sessionId }) {
      const { numDeletedRows } = await db
        .deleteFrom('sessions')
        .where('id', '=', sessionId)
        .where('user_id', '=', userId)
        .executeTakeFirst();
      return numDeletedRows === 1n;
    },

    async deleteExpired() {
      await db.deleteFrom('sessions').where('expires_at', '<=', new Date(now())).execute();
    },
  };
}
