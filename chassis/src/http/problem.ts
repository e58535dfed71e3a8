// Errors as clients see them: RFC 9457 problem documents, from one closed table.

/** Every problem type with its status and title. docs/problems.md has the same table; a test compares them. */
export const problems = {
  'invalid-request': { status: 400, title: 'The request is not valid' },
  unauthenticated: { status: 401, title: 'Log in first' },
  'login-failed': { status: 401, title: 'The name or the password is wrong' },
  forbidden: { status: 403, title: 'Not allowed' },
  'wrong-password': { status: 403, title: 'The current password is wrong' },
  'not-found': { status: 404, title: 'Not found' },
  'method-not-allowed': { status: 405, title: 'Method not allowed' },
  'request-timeout': { status: 408, title: 'The request arrived too slowly' },
  conflict: { status: 409, title: 'Conflict with the current state' },
  'key-in-use': { status: 409, title: 'The same request is still in progress' },
  gone: { status: 410, title: 'Deleted in the meantime' },
  'precondition-failed': { status: 412, title: 'Changed in the meantime' },
  'content-too-large': { status: 413, title: 'The body is too large' },
  'unsupported-media-type': { status: 415, title: 'The body is not JSON' },
  'expectation-failed': { status: 417, title: 'The expectation cannot be met' },
  'key-reused': { status: 422, title: 'The idempotency key belongs to another request' },
  'too-many-requests': { status: 429, title: 'Too many requests' },
  'headers-too-large': { status: 431, title: 'The headers are too large' },
  internal: { status: 500, title: 'Internal error' },
  'upstream-invalid': { status: 502, title: 'Invalid answer from an upstream service' },
  'upstream-unavailable': { status: 503, title: 'An upstream service is not available' },
  overloaded: { status: 503, title: 'The service is overloaded' },
  'incomplete-answer': { status: 503, title: 'A part of the answer is missing' },
  'keys-missing': { status: 503, title: 'Sessions cannot be checked now' },
  'not-ready': { status: 503, title: 'The service is not ready' },
  'upstream-timeout': { status: 504, title: 'An upstream service is too slow' },
  'outcome-unknown': { status: 504, title: 'The outcome of the request is unknown' },
} as const;

export type ProblemSlug = keyof typeof problems;

/** Header fields of an answer. */
export type HeaderFields = Readonly<Record<string, string | readonly string[]>>;

/** One fault of an input: where it is (a JSON pointer such as /query/limit), and the expected value. */
export interface InputFault {
  readonly pointer: string;
  readonly detail: string;
}

/** Thrown anywhere below a route; the app's error handler sends it to the client. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly slug: ProblemSlug;
  readonly headers: HeaderFields;
  readonly errors: readonly InputFault[] | undefined;
  readonly reason: string | undefined;

  /**
   * @param detail one sentence for the client; it must not reveal internals
   * @param options `reason` is only for the log: the cause, in words of a closed set
   */
  constructor(
    slug: ProblemSlug,
    detail: string,
    options: {
      headers?: HeaderFields;
      errors?: readonly InputFault[];
      cause?: unknown;
      reason?: string | undefined;
    } = {},
  ) {
    super(detail, { cause: options.cause });
    this.slug = slug;
    this.headers = options.headers ?? {};
    this.errors = options.errors;
    this.reason = options.reason;
  }

  get status(): number {
    return problems[this.slug].status;
  }
}

/** Makes a 400 that names one faulty input. */
export const invalid = (pointer: string, detail: string): Problem =>
  invalidAll([{ pointer, detail }]);

/** Makes a 400 that names every faulty input, at least one. Its `detail` is about the first. */
export function invalidAll(errors: readonly InputFault[]): Problem {
  const { pointer, detail } = errors[0]!;
  return new Problem('invalid-request', `${pointer}: ${detail}`, { errors });
}

/** Makes the document (RFC 9457, section 3). `instance` is the request's path without its query. */
export const problemDocument = (problem: Problem, instance: string, requestId: string): object => ({
  type: `urn:social-network:problem:${problem.slug}`,
  title: problems[problem.slug].title,
  status: problem.status,
  detail: problem.message,
  instance,
  requestId,
  ...(problem.errors && { errors: problem.errors }),
});
