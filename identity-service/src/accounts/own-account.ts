// The viewer's own account: reads, changes and deletes it. An access token can outlive its session, so each method
// checks that the session still exists.
import type { Viewer } from 'chassis/auth/access-token';
import { complete, type Complete } from 'contracts/complete';
import type { Me, MeChange } from 'contracts/types';
import type { Kysely, Transaction } from 'kysely';
import { type RejectReserved, takenProblem } from './names.ts';
import type { Outbox } from '../events/outbox.ts';
import type { Passwords } from './passwords.ts';
import { wrongPassword } from './rejections.ts';
import type { Schema } from '../schema.ts';

/** Shows that the viewer has entered the current password, in this version. */
export interface Reauthentication {
  readonly passwordVersion: number;
}

/** The user and the session of a request. */
export type ViewerSession = Pick<Viewer, 'userId' | 'sessionId'>;

export interface WriteContext {
  readonly traceparent?: string;
  /** The condition of the write: whether the account is still as the user knows it. */
  readonly isCurrent?: ((me: Me) => boolean) | undefined;
}

/** In each method, the result `undefined` means that the session has ended. */
export interface OwnAccount {
  find(viewer: ViewerSession): Promise<Complete<Me> | undefined>;
  /** Checks the current password; returns `wrong` if it does not match. */
  reauthenticate(
    viewer: ViewerSession,
    currentPassword: string,
  ): Promise<Reauthentication | 'wrong' | undefined>;
  /**
   * Changes the account. A new password ends all other sessions of the user.
   * @throws Problem 409 that names the fields that are taken
   */
  change(
    viewer: ViewerSession,
    changes: Omit<MeChange, 'currentPassword'>,
    reauthentication: Reauthentication | undefined,
    context?: WriteContext,
  ): Promise<Complete<Me> | 'outdated' | undefined>;
  remove(
    viewer: ViewerSession,
    reauthentication: Reauthentication,
    context?: WriteContext,
  ): Promise<'removed' | 'outdated' | undefined>;
}

const namesOf = complete<Omit<MeChange, 'password' | 'currentPassword'>>;
const NAMES = ['users.id', 'users.username', 'users.email'] as const;

export function ownAccountIn(
  db: Kysely<Schema>,
  passwords: Passwords,
  outbox: Outbox,
  rejectReserved: RejectReserved,
  now: () => number = Date.now,
): OwnAccount {
  const selectAccount = ({ userId, sessionId }: ViewerSession, connection: Kysely<Schema> = db) =>
    connection
      .selectFrom('sessions')
      .innerJoin('users', 'users.id', 'sessions.user_id')
      .where('sessions.id', '=', sessionId)
      .where('users.id', '=', userId)
      .where('sessions.expires_at', '>', new Date(now()));

  /**
   * Locks the account, so that it stays as it is until the transaction ends; undefined when the session has ended.
   * @throws Problem 403 when the password has changed since the reauthentication
   */
  const lockAccount = async (
    tx: Transaction<Schema>,
    viewer: ViewerSession,
    reauthentication: Reauthentication | undefined,
  ): Promise<Me | undefined> => {
    const row = await selectAccount(viewer, tx)
      .select([...NAMES, 'users.password_version'])
      .forUpdate('users')
      .forShare('sessions')
      .executeTakeFirst();
    if (row === undefined) return undefined;
    const { password_version, ...me } = row;
    if (reauthentication && reauthentication.passwordVersion !== password_version)
      throw wrongPassword();
    return me;
  };

  return {
    find: (viewer) => selectAccount(viewer).select(NAMES).executeTakeFirst(),

    async reauthenticate(viewer, currentPassword) {
      const row = await selectAccount(viewer)
        .select(['users.password_hash', 'users.password_version'])
        .executeTakeFirst();
      if (row === undefined) return undefined;
      const isRight = await passwords.verify(row.password_hash, currentPassword);
      return isRight ? { passwordVersion: row.password_version } : 'wrong';
    },

    async change(viewer, { password, ...names }, reauthentication, context = {}) {
      const { traceparent, isCurrent = () => true } = context;
      const password_hash = password === undefined ? undefined : await passwords.hash(password);
      try {
        return await outbox.transaction(traceparent, async (tx, record) => {
          const before = await lockAccount(tx, viewer, reauthentication);
          if (before === undefined) return undefined;
          if (!isCurrent(before)) return 'outdated';
          const { username = before.username, email = before.email } = names;
          if (username !== before.username) rejectReserved(username);
          const changed = await tx
            .updateTable('users')
            .set(namesOf({ username, email }))
            .$if(password_hash !== undefined, (update) =>
              update.set((eb) => ({
                password_hash: password_hash!,
                password_version: eb('password_version', '+', 1),
              })),
            )
            .where('id', '=', before.id)
            .returning(['id', 'username', 'email'])
            .executeTakeFirstOrThrow();
          if (password_hash !== undefined)
            await tx
              .deleteFrom('sessions')
              .where('user_id', '=', before.id)
              .where('id', '!=', viewer.sessionId)
              .execute();
          if (changed.username !== before.username)
            record({ type: 'UserUpdated', id: before.id, username: changed.username });
          return changed;
        });
      } catch (error) {
        throw takenProblem(error) ?? error;
      }
    },

    remove: (viewer, reauthentication, { traceparent, isCurrent = () => true } = {}) =>
      outbox.transaction(traceparent, async (tx, record) => {
        const me = await lockAccount(tx, viewer, reauthentication);
        if (me === undefined) return undefined;
        if (!isCurrent(me)) return 'outdated';
        await tx.deleteFrom('users').where('id', '=', me.id).execute();
        record({ type: 'UserDeleted', id: me.id });
        return 'removed';
      }),
  };
}
