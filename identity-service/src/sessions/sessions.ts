// Sessions in the database: started by a log-in, kept alive by refreshing, ended by log-out, reuse, or time.
import { randomBytes, randomUUID } from 'node:crypto';
import type { Logger } from 'chassis/observability/log';
import type { User } from 'contracts/types';
import { type Kysely, sql } from 'kysely';
import {
  hashOf,
  classifyRefreshToken,
  parseRefreshToken,
  type RefreshToken,
  successorOf,
  writeRefreshToken,
} from './refresh-token.ts';
import type { Schema } from '../schema.ts';

/** A session as its owner gets it. */
export interface OpenSession {
  readonly id: string;
  readonly user: User;
  readonly refreshToken: string;
}

export interface Sessions {
  /** Undefined when the user is gone, or has another password by now. `within` is a transaction that it belongs to. */
  start(
    user: User & { readonly passwordVersion: number },
    within?: Kysely<Schema>,
  ): Promise<OpenSession | undefined>;
  /** The same session with its next refresh token; undefined when the token is not, or no longer, good. */
  refresh(token: string): Promise<OpenSession | undefined>;
  /** Whether there was such a session to end. */
  end(session: { readonly userId: number; readonly sessionId: string }): Promise<boolean>;
  deleteExpired(): Promise<void>;
}

export interface SessionOptions {
  /** How long after its last refresh a session ends. */
  readonly lifeMs: number;
  /** How long the token before is still answered, for tabs that race. */
  readonly graceMs: number;
  readonly log: Logger;
  readonly now?: () => number;
}

// A token that loses the race for its rotation is looked at once more.
const LOOKS = 2;

export function sessionsIn(
  db: Kysely<Schema>,
  { lifeMs, graceMs, log, now = Date.now }: SessionOptions,
): Sessions {
  /** @returns whether it was this very call that rotated it */
  const rotate = async ({ sessionId, secret }: RefreshToken, next: Buffer): Promise<boolean> => {
    const at = now();
    const { numUpdatedRows } = await db
      .updateTable('sessions')
      .set({
        token_hash: hashOf(next),
        previous_hash: hashOf(secret),
        rotated_at: new Date(at),
        expires_at: new Date(at + lifeMs),
      })
      .where('id', '=', sessionId)
      .where('token_hash', '=', hashOf(secret))
      .executeTakeFirst();
    return numUpdatedRows === 1n;
  };

  return {
    async start({ id: userId, username, passwordVersion }, within = db) {
      const id = randomUUID();
      const secret = randomBytes(32);
      const at = now();
      // The lock on the user makes a change of the password wait for us, or us for it: none slips through in between.
      const { numAffectedRows } = await sql`
        insert into sessions (id, user_id, token_hash, chain_key, created_at, rotated_at, expires_at)
        select ${id}::uuid, id, ${hashOf(secret)}::bytea, ${randomBytes(32)}::bytea,
          ${new Date(at)}::timestamptz, ${new Date(at)}::timestamptz, ${new Date(at + lifeMs)}::timestamptz
        from users where id = ${userId} and password_version = ${passwordVersion} for share`.execute(
        within,
      );
      if (numAffectedRows !== 1n) return undefined;
      const refreshToken = writeRefreshToken({ sessionId: id, secret });
      return { id, user: { id: userId, username }, refreshToken };
    },

    async refresh(text) {
      const token = parseRefreshToken(text);
      if (token === undefined) return undefined;
      for (let look = 1; look <= LOOKS; look += 1) {
        const found = await find(db, token.sessionId);
        if (found === undefined) return undefined;
        const next = successorOf(token.secret, found.chainKey);
        const is = classifyRefreshToken(found, hashOf(token.secret), { now: now(), graceMs });
        if (is === 'over') return undefined;
        if (is === 'previous' || (is === 'current' && (await rotate(token, next)))) {
          const refreshToken = writeRefreshToken({ sessionId: token.sessionId, secret: next });
          return { id: token.sessionId, user: found.user, refreshToken };
        }
        if (is === 'reused') {
          // Somebody has a token that they should not have: thief or owner, both are logged out.
          await db.deleteFrom('sessions').where('id', '=', token.sessionId).execute();
          log.warn({ userId: found.user.id }, 'a refresh token came twice: its session is over');
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

async function find(db: Kysely<Schema>, sessionId: string) {
  const row = await db
    .selectFrom('sessions')
    .innerJoin('users', 'users.id', 'sessions.user_id')
    .select(['users.id', 'users.username', 'sessions.token_hash', 'sessions.previous_hash'])
    .select(['sessions.chain_key', 'sessions.rotated_at', 'sessions.expires_at'])
    .where('sessions.id', '=', sessionId)
    .executeTakeFirst();
  return (
    row && {
      user: { id: row.id, username: row.username },
      tokenHash: row.token_hash,
      previousHash: row.previous_hash,
      chainKey: row.chain_key,
      rotatedAt: row.rotated_at.getTime(),
      expiresAt: row.expires_at.getTime(),
    }
  );
}
