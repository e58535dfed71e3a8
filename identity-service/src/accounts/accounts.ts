// Accounts: joining and logging in. E-mails and hashes are read here and in me.ts, and nowhere else.
import { isUniqueViolation } from 'chassis/postgres/errors';
import { type InputFault, Problem } from 'chassis/http/problem';
import type { NewUser, User } from 'contracts/types';
import { type Kysely, sql } from 'kysely';
import type { Outbox } from '../events/outbox.ts';
import { NOBODYS_HASH, type Passwords } from './passwords.ts';
import type { Schema } from '../schema.ts';
import type { OpenSession, Sessions } from '../sessions/sessions.ts';

export interface Accounts {
  /**
   * @param traceparent of the request
   * @throws Problem 409 that names what is taken
   */
  register(user: NewUser, traceparent?: string): Promise<OpenSession>;
  /**
   * Undefined for an unknown user and for a wrong password, after the same work.
   * @param name a username or an e-mail, in any case
   */
  logIn(name: string, password: string): Promise<OpenSession | undefined>;
}

interface Credentials extends User {
  readonly passwordHash: string;
  readonly passwordVersion: number;
}

// All names and e-mails are made of these; nothing else is looked for.
const VISIBLE_ASCII = /^[!-~]{1,254}$/;

export const accountsIn = (
  db: Kysely<Schema>,
  passwords: Passwords,
  sessions: Sessions,
  outbox: Outbox,
): Accounts => ({
  async register({ username, email, password }, traceparent) {
    // A name that is taken costs no hashing. Two who want it at once are told apart by the index.
    await refuseTaken(db, username, email);
    const password_hash = await passwords.hash(password);
    try {
      return await outbox.transaction(traceparent, async (tx, tell) => {
        const { id, password_version: passwordVersion } = await tx
          .insertInto('users')
          .values({ username, email, password_hash })
          .returning(['id', 'password_version'])
          .executeTakeFirstOrThrow();
        tell({ type: 'UserCreated', id, username });
        return (await sessions.start({ id, username, passwordVersion }, tx))!;
      });
    } catch (error) {
      throw takenProblem(error) ?? error;
    }
  },

  async logIn(name, password) {
    const user = await findByName(db, name);
    const isRight = await passwords.verify(user?.passwordHash ?? NOBODYS_HASH, password);
    if (user === undefined || !isRight) return undefined;
    const session = await sessions.start(user);
    if (session !== undefined) await renewHash(db, passwords, user, password);
    return session;
  },
});

async function findByName(db: Kysely<Schema>, name: string): Promise<Credentials | undefined> {
  if (!VISIBLE_ASCII.test(name)) return undefined;
  const row = await db
    .selectFrom('users')
    .select(['id', 'username', 'password_hash', 'password_version'])
    // No username has an @, every e-mail has one.
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

/** Makes a hash of other parameters anew. The log-in is good whether or not this can be done now. */
async function renewHash(
  db: Kysely<Schema>,
  passwords: Passwords,
  { id, passwordHash }: Credentials,
  password: string,
): Promise<void> {
  if (!passwords.isOutdated(passwordHash)) return;
  try {
    const password_hash = await passwords.hash(password);
    await db
      .updateTable('users')
      .set({ password_hash })
      .where('id', '=', id)
      .where('password_hash', '=', passwordHash)
      .execute();
  } catch (error) {
    // Too busy; the next log-in tries again.
    if (!(error instanceof Problem)) throw error;
  }
}

const WORDS = { username: 'name', email: 'e-mail' } as const;

const taken = (names: readonly (keyof typeof WORDS)[]): Problem =>
  new Problem(
    'conflict',
    `Another user has this ${names.map((name) => WORDS[name]).join(' and this ')}`,
    {
      errors: names.map((name): InputFault => ({
        pointer: `/body/${name}`,
        detail: 'it is taken',
      })),
    },
  );

async function refuseTaken(db: Kysely<Schema>, username: string, email: string): Promise<void> {
  const rows = await db
    .selectFrom('users')
    .select([
      sql<boolean>`lower(username) = ${username.toLowerCase()}`.as('username'),
      sql<boolean>`lower(email) = ${email.toLowerCase()}`.as('email'),
    ])
    .where((is) =>
      is.or([
        is(sql`lower(username)`, '=', username.toLowerCase()),
        is(sql`lower(email)`, '=', email.toLowerCase()),
      ]),
    )
    .execute();
  const names = (['username', 'email'] as const).filter((name) => rows.some((row) => row[name]));
  if (names.length > 0) throw taken(names);
}

/** The 409 for a row that one of the unique indexes refused. */
export function takenProblem(error: unknown): Problem | undefined {
  if (isUniqueViolation(error, 'users_username_key')) return taken(['username']);
  if (isUniqueViolation(error, 'users_email_key')) return taken(['email']);
  return undefined;
}
