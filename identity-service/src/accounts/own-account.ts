// The viewer's own account: reads, changes and deletes it. An access token can outlive its session, so `find` and
// `reauthenticate` check that the session still exists.
import type { Viewer } from 'chassis/auth/access-token';
import type { Me, MeChange } from 'contracts/types';
import type { Kysely, Transaction } from 'kysely';
import { takenProblem } from './accounts.ts';
import type { Outbox } from '../events/outbox.ts';
import type { Passwords } from './passwords.ts';
import type { Schema } from '../schema.ts';

/** Shows that the viewer has entered the current password. */
export interface Reauthentication {
  /** The version of that password. */
  readonly passwordVersion: number;
}

/** The user and the session of a request. */
export type ViewerSession = Pick<Viewer, 'userId' | 'sessionId'>;

/** In each method, the result `undefined` means that the session has ended. */
export interface OwnAccount {
  find(viewer: ViewerSession): Promise<Me | undefined>;
  /** Checks the current password; returns `wrong` if it does not match. */
  reauthenticate(
    viewer: ViewerSession,
    currentPassword: string,
  ): Promise<Reauthentication | 'wrong' | undefined>;
  /**
   * Changes the account. A new password ends all sessions of the user, including this one.
   * @param traceparent of the request
   * @throws Problem 409 that names the fields that are taken
   */
  change(
    viewer: ViewerSession,
    changes: Omit<MeChange, 'currentPassword'>,
    reauthentication: Reauthentication | undefined,
    traceparent?: string,
  ): Promise<Me | undefined>;
  /** Deletes the account. */
  remove(
    viewer: ViewerSession,
    reauthentication: Reauthentication,
    traceparent?: string,
  ): Promise<true | undefined>;
}

export function ownAccountIn(
  db: Kysely<Schema>,
  passwords: Passwords,
  outbox: Outbox,
  now: () => number = Date.now,
): OwnAccount {
  const selectAccount = ({ userId, sessionId }: ViewerSession) =>
    db
      .selectFrom('sessions')
      .innerJoin('users', 'users.id', 'sessions.user_id')
      .where('sessions.id', '=', sessionId)
      .where('users.id', '=', userId)
      .where('sessions.expires_at', '>', new Date(now()));

  return {
    find: (viewer) =>
      selectAccount(viewer)
        .select(['users.id', 'users.username', 'users.email'])
        .executeTakeFirst(),

    async reauthenticate(viewer, currentPassword) {
      const row = await selectAccount(viewer)
        .select(['users.password_hash', 'users.password_version'])
        .executeTakeFirst();
      if (row === undefined) return undefined;
      const isRight = await passwords.verify(row.password_hash, currentPassword);
      return isRight ? { passwordVersion: row.password_version } : 'wrong';
    },

    async change({ userId }, { password, ...names }, reauthentication, traceparent) {
      const password_hash = password === undefined ? undefined : await passwords.hash(password);
      try {
        return await outbox.transaction(traceparent, async (tx, record) => {
          const before = names.username && (await lockedName(tx, userId));
          const changed = await tx
            .updateTable('users')
            .set(names)
            .$if(password_hash !== undefined, (update) =>
              update.set((eb) => ({
                password_hash: password_hash!,
                password_version: eb('password_version', '+', 1),
              })),
            )
            .where('id', '=', userId)
            // A new password ends all sessions, so a reauthentication with the old password is no longer valid.
            .$if(reauthentication !== undefined, (update) =>
              update.where('password_version', '=', reauthentication!.passwordVersion),
            )
            .returning(['id', 'username', 'email'])
            .executeTakeFirst();
          if (changed !== undefined && password_hash !== undefined)
            await tx.deleteFrom('sessions').where('user_id', '=', userId).execute();
          if (changed !== undefined && before && changed.username !== before)
            record({ type: 'UserUpdated', id: userId, username: changed.username });
          return changed;
        });
      } catch (error) {
        throw takenProblem(error) ?? error;
      }
    },

    remove: ({ userId }, { passwordVersion }, traceparent) =>
      outbox.transaction(traceparent, async (tx, record) => {
        const { numDeletedRows } = await tx
          .deleteFrom('users')
          .where('id', '=', userId)
          .where('password_version', '=', passwordVersion)
          .executeTakeFirst();
        if (numDeletedRows !== 1n) return undefined;
        record({ type: 'UserDeleted', id: userId });
        return true;
      }),
  };
}

/** Locks the user, and returns the username; undefined if the user was deleted. */
async function lockedName(tx: Transaction<Schema>, userId: number): Promise<string | undefined> {
  const user = await tx
    .selectFrom('users')
    .select('username')
    .where('id', '=', userId)
    .forUpdate()
    .executeTakeFirst();
  return user?.username;
}
