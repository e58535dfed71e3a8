// What a database can answer instead of rows, the same for the embedded one and for a server.
// Errors are told apart by their code (SQLSTATE, or Node's), never by class; a driver's own error goes no further than here.
import { Problem } from '../http/problem.ts';

/** The code of a connection that broke, or never came, and of an answer that never came. */
const NO_CONNECTION = 'NO_CONNECTION';

/** A driver's error without what must not reach a log: a value, a statement, an address. */
export class DatabaseError extends Error {
  override readonly name = 'DatabaseError';
  /** SQLSTATE, such as 23505; or Node's code of a failed connection, such as ECONNREFUSED. */
  readonly code: string;
  readonly constraint: string | undefined;

  constructor(code: string, message: string, constraint?: string) {
    super(message);
    this.code = code;
    this.constraint = constraint;
  }
}

/** The form of the codes that PostgreSQL gives; everything else is a code of Node or of ours. */
export const SQLSTATE = /^[0-9A-Z]{5}$/;

/** Turns what a driver threw into a DatabaseError. */
export function databaseError(thrown: unknown): DatabaseError {
  if (thrown instanceof DatabaseError) return thrown;
  const { code, constraint, message } = (thrown ?? {}) as {
    code?: string;
    constraint?: string;
    message?: string;
  };
  // A driver's error without a code is always about its connection: cut, closed, or too slow.
  if (code === undefined) return new DatabaseError(NO_CONNECTION, 'no connection');
  // Class 42 (a wrong statement) names columns and words of ours; all others may quote values.
  const text = code.startsWith('42') ? `: ${message}` : constraint ? `: ${constraint}` : '';
  return new DatabaseError(code, `the database said ${code}${text}`, constraint);
}

/** Awaits a driver's promise, and throws only DatabaseErrors. */
export async function guarded<T>(pending: Promise<T>): Promise<T> {
  try {
    return await pending;
  } catch (error) {
    throw databaseError(error);
  }
}

// Classes: 08 connection, 28 login, 53 out of resources, 57 operator intervention (57014: the statement's time is up).
const UNAVAILABLE = /^(08|28|53|57)...$|^3D000$/;

/** Whether a database could not be asked at all, now; another attempt may work. */
export const isUnavailable = (error: unknown): error is DatabaseError =>
  error instanceof DatabaseError && (!SQLSTATE.test(error.code) || UNAVAILABLE.test(error.code));

/** Whether a row was refused because another one has the same value in a unique index, whichever or this one. */
export const isUniqueViolation = (error: unknown, index?: string): error is DatabaseError =>
  error instanceof DatabaseError &&
  error.code === '23505' &&
  (index === undefined || error.constraint === index);

/** The answer while the database cannot be asked. */
export const notReady = (detail: string, reason?: string): Problem =>
  new Problem('not-ready', detail, { headers: { 'Retry-After': '1' }, reason });

/** For createApp's `toProblem`: 503 when the database cannot be asked; undefined for every other error. */
export const databaseProblem = (error: unknown): Problem | undefined =>
  isUnavailable(error)
    ? notReady('The database does not answer', `database: ${error.code}`)
    : undefined;
