// One's own account: what it holds, changing it, leaving. Every step asks whether the session is still there.
import type { Viewer } from 'chassis/auth/access-token';
import type { Me, MeChange } from 'contracts/types';
import type { Kysely, Transaction } from 'kysely';
import { takenProblem } from './accounts.ts';
import type { Outbox } from '../events/outbox.ts';
import type { Passwords } from './passwords.ts';
import type { Schema } from '../schema.ts';

/** That the password was right, and which one that was. */
export interface Reauthentication {
  readonly passwordVersion: number;
}

/** Whose account, by which session. */
export type Who = Pick<Viewer, 'userId' | 'sessionId'>;

/** `undefined` everywhere means: there is no such session any more. */
export interface OwnAccount {
  find(who: Who): Promise<Me | undefined>;
  /** `wrong` when it is not the password. */
  reauthenticate(
    who: Who,
    currentPassword: string,
  ): Promise<Reauthentication | 'wrong' | undefined>;
  /**
   * A new password ends all sessions of the user, this one too.
   * @param traceparent of the request
   * @throws Problem 409 that names what is taken
   */
  change(
    who: Who,
    changes: Omit<MeChange, 'currentPassword'>,
    proof: Reauthentication | undefined,
    traceparent?: string,
  ): Promise<Me | undefined>;
  remove(who: Who, proof: Reauthentication, traceparent?: string): Promise<true | undefined>;
}

export function ownAccountIn(
  db: Kysely<Schema>,
  passwords: Passwords,
  outbox: Outbox,
  now: () => number = Date.now,
): OwnAccount {
  const mine = ({ userId, sessionId }: Who) =>
    db
      .selectFrom('sessions')
      .innerJoin('users', 'users.id', 'sessions.user_id')
      .where('sessions.id', '=', sessionId)
      .where('users.id', '=', userId)
      .where('sessions.expires_at', '>', new Date(now()));

  return {
    find: (who) =>
      mine(who).select(['users.id', 'users.username', 'users.email']).executeTakeFirst(),

    async reauthenticate(who, currentPassword) {
      const row = await mine(who)
        .select(['users.password_hash', 'users.password_version'])
        .executeTakeFirst();
      if (row === undefined) return undefined;
      const isRight = await passwords.verify(row.password_hash, currentPassword);
      return isRight ? { passwordVersion: row.password_version } : 'wrong';
    },

    async change({ userId }, { password, ...names }, proof, traceparent) {
      const password_hash = password === undefined ? undefined : await passwords.hash(password);
      try {
        return await outbox.transaction(traceparent, async (tx, tell) => {
          const before = names.username && (await lockedName(tx, userId));
          const changed = await tx
            .updateTable('users')
            .set(names)
            .$if(password_hash !== undefined, (update) =>
              update.set((is) => ({
                password_hash: password_hash!,
                password_version: is('password_version', '+', 1),
              })),
            )
            .where('id', '=', userId)
            // Somebody who was logged out by a new password changes nothing any more.
            .$if(proof !== undefined, (update) =>
              update.where('password_version', '=', proof!.passwordVersion),
            )
            .returning(['id', 'username', 'email'])
            .executeTakeFirst();
          if (changed !== undefined && password_hash !== undefined)
            await tx.deleteFrom('sessions').where('user_id', '=', userId).execute();
          if (changed !== undefined && before && changed.username !== before)
            tell({ type: 'UserUpdated', id: userId, username: changed.username });
          return changed;
        });
      } catch (error) {
        throw takenProblem(error) ?? error;
      }
    },

    remove: ({ userId }, { passwordVersion }, traceparent) =>
      outbox.transaction(traceparent, async (tx, tell) => {
        const { numDeletedRows } = await tx
          .deleteFrom('users')
          .where('id', '=', userId)
          .where('password_version', '=', passwordVersion)
          .executeTakeFirst();
        if (numDeletedRows !== 1n) return undefined;
        tell({ type: 'UserDeleted', id: userId });
        return true;
      }),
  };
}

/** The name that is there until this transaction changes it. */
async function lockedName(tx: Transaction<Schema>, userId: number): Promise<string | undefined> {
  const user = await tx
    .selectFrom('users')
    .select('username')
    .where('id', '=', userId)
    .forUpdate()
    .executeTakeFirst();
  return user?.username;
}
