// Registration and login. Only this file and own-account.ts read e-mails and password hashes.
import { Problem } from 'chassis/http/problem';
import type { NewUser, User } from 'contracts/types';
import { type Kysely, sql } from 'kysely';
import type { Outbox } from '../events/outbox.ts';
import { deviceOf, issueDeviceToken } from './device-tokens.ts';
import type { LoginRequest } from './login-request.ts';
import { rejectTaken, type RejectReserved, takenProblem } from './names.ts';
import { DUMMY_HASH, type Passwords } from './passwords.ts';
import type { Schema } from '../schema.ts';
import type { OpenSession, Sessions } from '../sessions/sessions.ts';

/** A new session, and the token by which its device can log in again although others guess passwords. */
export interface LoggedIn extends OpenSession {
  readonly deviceToken: string;
}

export interface Accounts {
  /**
   * Creates a user and starts a session.
   * @param request what is known of the request
   * @throws Problem 409 for a name that is taken or reserved, or else an e-mail that is taken
   */
  register(user: NewUser, request?: LoginRequest): Promise<LoggedIn>;
  /**
   * Starts a session. An unknown user and a wrong password take the same time.
   * @param name a username or an e-mail, ignoring case
   * @returns undefined for an unknown user or a wrong password
   */
  logIn(name: string, password: string, request?: LoginRequest): Promise<LoggedIn | undefined>;
  /**
   * Recognizes a device that logged in before.
   * @param name of the user who logs in now
   * @returns undefined for a token that was not issued to this user, or before the last change of the password
   */
  recognize(name: string, deviceToken: string): Promise<string | undefined>;
  /** Issues a device token to a user who has just set a new password; undefined if the user was deleted. */
  deviceTokenFor(userId: number): Promise<string | undefined>;
}

interface Credentials extends User {
  readonly passwordHash: string;
  readonly passwordVersion: number;
}

// Every username and e-mail has only these characters; the database is not queried for other names.
const VISIBLE_ASCII = /^[!-~]{1,254}$/;

export const accountsIn = (
  db: Kysely<Schema>,
  passwords: Passwords,
  sessions: Sessions,
  outbox: Outbox,
  rejectReserved: RejectReserved,
): Accounts => ({
  async register({ username, email, password }, { traceparent, userAgent, onCancel } = {}) {
    rejectReserved(username);
    // Checked before the expensive hash. If two requests race for a name, the unique index decides.
    await rejectTaken(db, username, email);
    const password_hash = await passwords.hash(password, onCancel);
    try {
      return await outbox.transaction(traceparent, async (tx, record) => {
        const { id, password_version: passwordVersion } = await tx
          .insertInto('users')
          .values({ username, email, password_hash })
          .returning(['id', 'password_version'])
          .executeTakeFirstOrThrow();
        record({ type: 'UserCreated', id, username });
        const session = (await sessions.start({ id, username, passwordVersion, userAgent }, tx))!;
        return { ...session, deviceToken: issueDeviceToken({ id, passwordHash: password_hash }) };
      });
    } catch (error) {
      throw takenProblem(error) ?? error;
    }
  },

  async logIn(name, password, { userAgent, onCancel } = {}) {
    const user = await findByName(db, name);
    const isRight = await passwords.verify(user?.passwordHash ?? DUMMY_HASH, password, onCancel);
    if (user === undefined || !isRight) return undefined;
    const session = await sessions.start({ ...user, userAgent });
    if (session === undefined) return undefined;
    const passwordHash = await updateOutdatedHash(db, passwords, user, password);
    return { ...session, deviceToken: issueDeviceToken({ id: user.id, passwordHash }) };
  },

  async recognize(name, deviceToken) {
    const user = await findByName(db, name);
    return user && deviceOf(deviceToken, user);
  },

  async deviceTokenFor(id) {
    const row = await db
      .selectFrom('users')
      .select('password_hash')
      .where('id', '=', id)
      .executeTakeFirst();
    return row && issueDeviceToken({ id, passwordHash: row.password_hash });
  },
});

async function findByName(db: Kysely<Schema>, name: string): Promise<Credentials | undefined> {
  if (!VISIBLE_ASCII.test(name)) return undefined;
  const row = await db
    .selectFrom('users')
    .select(['id', 'username', 'password_hash', 'password_version'])
    // Every e-mail has an @, and no username has one.
    .where(name.includes('@') ? sql`lower(email)` : sql`lower(username)`, '=', name.toLowerCase())
    .executeTakeFirst();
  return (
    row && {
      id: row.id,
      username: row.username,
      passwordHash: row.password_hash,
      passwordVersion: row.password_version,
    }
  );
}

/**
 * Replaces a hash that has outdated parameters. The login succeeds even if this fails for lack of capacity.
 * @returns the user's hash from now on
 */
async function updateOutdatedHash(
  db: Kysely<Schema>,
  passwords: Passwords,
  { id, passwordHash }: Credentials,
  password: string,
): Promise<string> {
  if (!passwords.isOutdated(passwordHash)) return passwordHash;
  try {
    const password_hash = await passwords.hash(password);
    await db
      .updateTable('users')
      .set({ password_hash })
      .where('id', '=', id)
      .where('password_hash', '=', passwordHash)
      .execute();
    return password_hash;
  } catch (error) {
    // The hash queue is full; the next login tries again.
    if (!(error instanceof Problem)) throw error;
    return passwordHash;
  }
}
