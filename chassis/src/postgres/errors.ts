// Errors of a database, the same for the embedded database and for a server.
// Errors are told apart by their code (SQLSTATE, or Node's), never by class; drivers' own errors are not passed on.
import { Problem } from '../http/problem.ts';

/** Our code for a connection that broke or was never made, and for an answer that never came. */
const NO_CONNECTION = 'NO_CONNECTION';

/** A driver's error without values, statements and addresses, which must not be logged. */
export class DatabaseError extends Error {
  override readonly name = 'DatabaseError';
  /** SQLSTATE, such as 23505; or Node's code for a failed connection, such as ECONNREFUSED. */
  readonly code: string;
  readonly constraint: string | undefined;

  constructor(code: string, message: string, constraint?: string) {
    super(message);
    this.code = code;
    this.constraint = constraint;
  }
}

/** The form of PostgreSQL's codes, none of which begins with E; other codes (EPIPE, for one) are Node's or ours. */
export const SQLSTATE = /^(?!E)[0-9A-Z]{5}$/;

/** Converts the error of a driver into a DatabaseError. */
export function databaseError(thrown: unknown): DatabaseError {
  if (thrown instanceof DatabaseError) return thrown;
  const { code, constraint, message } = (thrown ?? {}) as {
    code?: string;
    constraint?: string;
    message?: string;
  };
  // A driver's error without a code is always about the connection: it broke, was closed, or is too slow.
  if (code === undefined) return new DatabaseError(NO_CONNECTION, 'no connection');
  // Messages of class 42 (wrong statement) quote our own SQL; messages of other classes may quote values.
  const text = code.startsWith('42') ? `: ${message}` : constraint ? `: ${constraint}` : '';
  return new DatabaseError(code, `database error ${code}${text}`, constraint);
}

/** Awaits the promise of a driver; throws only DatabaseErrors. */
export async function withDatabaseErrors<T>(promise: Promise<T>): Promise<T> {
  try {
    return await promise;
  } catch (error) {
    throw databaseError(error);
  }
}

// Classes: 08 connection, 28 login, 53 out of resources, 57 operator intervention (57014: statement timeout).
// 3D000: the database does not exist. 25006: it is read-only, as a standby is, or a server that is being failed over.
const UNAVAILABLE = /^(08|28|53|57)...$|^(3D000|25006)$/;

/** Whether the database was not available; another attempt may succeed. */
export const isUnavailable = (error: unknown): error is DatabaseError =>
  error instanceof DatabaseError && (!SQLSTATE.test(error.code) || UNAVAILABLE.test(error.code));

/** Whether a statement waited for a lock longer than lock_timeout. */
export const isLockTimeout = (error: unknown): boolean =>
  error instanceof DatabaseError && error.code === '55P03';

/** Whether a row was rejected because another row has the same value in a unique index: any index, or the given one. */
export const isUniqueViolation = (error: unknown, index?: string): error is DatabaseError =>
  error instanceof DatabaseError &&
  error.code === '23505' &&
  (index === undefined || error.constraint === index);

/** Makes the 503 for requests while the database is not available. */
export const notReady = (detail: string, reason?: string): Problem =>
  new Problem('not-ready', detail, { headers: { 'Retry-After': '1' }, reason });

/** For createApp's `toProblem`: a 503 when the database is not available; undefined for every other error. */
export const databaseProblem = (error: unknown): Problem | undefined =>
  isUnavailable(error)
    ? notReady('The database does not answer', `database: ${error.code}`)
    : undefined;
