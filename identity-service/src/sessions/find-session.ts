// Reads a session with its refresh tokens.
import { complete } from 'contracts/complete';
import type { User } from 'contracts/types';
import type { Kysely } from 'kysely';
import type { TokenFamily } from './refresh-token.ts';
import type { Schema } from '../schema.ts';

/** Returns the session and its user; undefined when there is no such session. */
export async function findSession(
  db: Kysely<Schema>,
  sessionId: string,
): Promise<(TokenFamily & { readonly user: User }) | undefined> {
  const row = await db
    .selectFrom('sessions')
    .innerJoin('users', 'users.id', 'sessions.user_id')
    .select(['users.id', 'users.username', 'sessions.token_hash', 'sessions.previous_hash'])
    .select(['sessions.chain_key', 'sessions.expires_at'])
    .where('sessions.id', '=', sessionId)
    .executeTakeFirst();
  return (
    row && {
      user: complete<User>({ id: row.id, username: row.username }),
      tokenHash: row.token_hash,
      previousHash: row.previous_hash,
      chainKey: row.chain_key,
      expiresAt: row.expires_at.getTime(),
    }
  );
}
