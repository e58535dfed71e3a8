// Which names and e-mails a user can have.
import { isUniqueViolation } from 'chassis/postgres/errors';
import { Problem } from 'chassis/http/problem';
import { type Kysely, sql } from 'kysely';
import type { Schema } from '../schema.ts';

const LABELS = { username: 'name', email: 'e-mail' } as const;

const conflict = (field: keyof typeof LABELS, message: string, detail: string): Problem =>
  new Problem('conflict', message, { errors: [{ pointer: `/body/${field}`, detail }] });

const taken = (field: keyof typeof LABELS): Problem =>
  conflict(field, `Another user has this ${LABELS[field]}`, 'already taken');

/** @throws Problem 409 for a reserved name */
export type RejectReserved = (username: string) => void;

/** `Admin`, `_admin_` and `admin2` all look like `admin`. */
const lettersOf = (name: string): string => name.toLowerCase().replaceAll(/[^a-z]/g, '');

/** @param names that no user can take, since others would take the user for one of the operators */
export function reservedNames(names: readonly string[]): RejectReserved {
  const reserved = new Set(names.map(lettersOf).filter((name) => name !== ''));
  return (username) => {
    if (reserved.has(lettersOf(username)))
      throw conflict('username', 'This name is reserved', 'reserved');
  };
}

/**
 * With a taken name, the problem is about the name alone: it does not show whether the e-mail is known.
 * @throws Problem 409 if another user has the username or the e-mail
 */
export async function rejectTaken(
  db: Kysely<Schema>,
  username: string,
  email: string,
): Promise<void> {
  const rows = await db
    .selectFrom('users')
    .select(sql<boolean>`lower(username) = ${username.toLowerCase()}`.as('hasName'))
    .where((eb) =>
      eb.or([
        eb(sql`lower(username)`, '=', username.toLowerCase()),
        eb(sql`lower(email)`, '=', email.toLowerCase()),
      ]),
    )
    .execute();
  if (rows.length > 0) throw taken(rows.some(({ hasName }) => hasName) ? 'username' : 'email');
}

/**
 * Returns the 409 for a violation of a unique index of `users`; undefined for any other error. PostgreSQL checks the
 * older index first, which is that of the names.
 */
export function takenProblem(error: unknown): Problem | undefined {
  if (isUniqueViolation(error, 'users_username_key')) return taken('username');
  if (isUniqueViolation(error, 'users_email_key')) return taken('email');
  return undefined;
}
