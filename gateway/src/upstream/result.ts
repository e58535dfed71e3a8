// What came of something that an upstream may refuse: its no is the client's matter, told on in its own words.
import type { InputFault, ProblemSlug } from 'chassis/http/problem';
import { problems } from 'chassis/http/problem';
import { schemaGuard } from 'contracts/guard';
import type { Problem } from 'contracts/types';
import type { ResponseHeaders, Readers } from './engine/endpoint.ts';

/** An upstream's problem document, as far as a client may see it. */
export interface Rejection {
  readonly slug: ProblemSlug;
  readonly detail: string;
  readonly errors: readonly InputFault[] | undefined;
}

/** `headers`: how many attempts are left, and when to come again. */
export type Result<T> = { readonly headers: Readonly<Record<string, string>> } & (
  { readonly ok: T } | { readonly rejected: Rejection }
);

const isProblem = schemaGuard<Problem>('identity', 'Problem');
const PREFIX = 'urn:social-network:problem:';
/** As they are written; they come in lower case. */
const PASSED_ON = ['Retry-After', 'RateLimit', 'RateLimit-Policy', 'WWW-Authenticate'] as const;

function passedOn(headers: ResponseHeaders): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const name of PASSED_ON) {
    const value = headers[name.toLowerCase()];
    if (value !== undefined) kept[name] = String(value);
  }
  return kept;
}

/** It was done; `value` says what came of it. */
export const done = <T>(
  value: T,
  headers: ResponseHeaders = {},
): { readonly value: Result<T> } => ({
  value: { ok: value, headers: passedOn(headers) },
});

const isSlug = (slug: string): slug is ProblemSlug => Object.hasOwn(problems, slug);

/** Only what the contract names. */
const faultOf = ({ pointer, detail }: InputFault): InputFault => ({ pointer, detail });

type Reader = Readers<unknown, Result<never>>[number];

const rejectionWith =
  (status: number): Reader =>
  (body, _question, headers) => {
    if (!isProblem(body) || !body.type.startsWith(PREFIX)) return undefined;
    const slug = body.type.slice(PREFIX.length);
    if (!isSlug(slug) || problems[slug].status !== status) return undefined;
    const rejected = { slug, detail: body.detail, errors: body.errors?.map(faultOf) };
    return { value: { rejected, headers: passedOn(headers) } };
  };

/**
 * A service that cannot check sessions is well: were this its failure, its breaker would close the way for everybody
 * who needs no session.
 */
const keysMissing: Reader = (...answer) => {
  const read = rejectionWith(503)(...answer);
  return read && 'rejected' in read.value && read.value.rejected.slug === 'keys-missing'
    ? read
    : undefined;
};

/** Readers of answers with these statuses that are refusals. What is no problem of ours is none, and so a failure. */
export const rejections = (...statuses: readonly number[]): Record<number, Reader> => ({
  ...Object.fromEntries(statuses.map((status) => [status, rejectionWith(status)])),
  ...(statuses.includes(401) && { 503: keysMissing }),
});
