// What can go wrong, as a client sees it: RFC 9457 problem documents, from one closed table.

/** Every problem type: its status and its title. docs/problems.md has the same table; a test compares them. */
export const problems = {
  'invalid-request': { status: 400, title: 'The request is not valid' },
  unauthenticated: { status: 401, title: 'Log in first' },
  forbidden: { status: 403, title: 'This is not yours to do' },
  'not-found': { status: 404, title: 'There is no such thing' },
  'method-not-allowed': { status: 405, title: 'This cannot be done here' },
  'request-timeout': { status: 408, title: 'The request came too slowly' },
  conflict: { status: 409, title: 'It is taken' },
  'key-in-use': { status: 409, title: 'The same request is still being answered' },
  'content-too-large': { status: 413, title: 'The body is too large' },
  'unsupported-media-type': { status: 415, title: 'The body is not JSON' },
  'key-reused': { status: 422, title: 'The key belongs to another request' },
  'too-many-requests': { status: 429, title: 'Too many requests' },
  'headers-too-large': { status: 431, title: 'The headers are too large' },
  internal: { status: 500, title: 'Something is broken on our side' },
  'upstream-invalid': { status: 502, title: 'A service behind us answered nonsense' },
  'upstream-unavailable': { status: 503, title: 'A service behind us is not available' },
  overloaded: { status: 503, title: 'Too busy at the moment' },
  'incomplete-answer': { status: 503, title: 'A part of the answer is missing' },
  'keys-missing': { status: 503, title: 'Sessions cannot be checked now' },
  'not-ready': { status: 503, title: 'Not ready yet' },
  'upstream-timeout': { status: 504, title: 'A service behind us is too slow' },
  'outcome-unknown': { status: 504, title: 'It is not known whether it was done' },
} as const;

export type ProblemSlug = keyof typeof problems;

/** Header fields of an answer. */
export type HeaderFields = Readonly<Record<string, string | readonly string[]>>;

/** One fault of an input: where it is (a JSON pointer such as /query/limit) and what was expected. */
export interface InputFault {
  readonly pointer: string;
  readonly detail: string;
}

/** Thrown anywhere below a route; the app's error handler answers it. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly slug: ProblemSlug;
  readonly headers: HeaderFields;
  readonly errors: readonly InputFault[] | undefined;
  readonly reason: string | undefined;

  /**
   * @param detail one sentence for the client; it must hold nothing of the inside
   * @param options `reason` is for the log alone: what happened, in words of a closed set
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

/** A 400 that names one faulty input. */
export const invalid = (pointer: string, detail: string): Problem =>
  invalidAll([{ pointer, detail }]);

/** A 400 that names every faulty input; there is at least one. Its `detail` tells the first. */
export function invalidAll(errors: readonly InputFault[]): Problem {
  const { pointer, detail } = errors[0]!;
  return new Problem('invalid-request', `${pointer}: ${detail}`, { errors });
}

/** The document itself (RFC 9457, section 3). `instance` is the request's path without its query. */
export const problemDocument = (problem: Problem, instance: string, requestId: string): object => ({
  type: `urn:social-network:problem:${problem.slug}`,
  title: problems[problem.slug].title,
  status: problem.status,
  detail: problem.message,
  instance,
  requestId,
  ...(problem.errors && { errors: problem.errors }),
});
