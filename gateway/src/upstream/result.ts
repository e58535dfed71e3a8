// The result of a request that an upstream may reject. The client gets the rejection in the upstream's own words.
import type { ResponseHeaders, Readers } from './engine/endpoint.ts';
import type { Call } from './engine/call.ts';
import { UpstreamFailure, type UpstreamName } from './engine/failure.ts';
import { problems, type ProblemSlug } from 'chassis/http/problem';
import { problemIn, type UpstreamProblem } from './engine/problem-document.ts';

/** `headers` are for the client: rate limits, and when to try again. */
export type Result<T> = {
  readonly headers: Readonly<Record<string, string>>;
  /** A new device token, for the client that has just shown the user's password. */
  readonly deviceToken?: string;
} & ({ readonly ok: T } | { readonly rejected: UpstreamProblem });

/** The header field of device tokens, in requests and in answers. */
export const DEVICE_TOKEN = 'x-device-token';

/** Returns a text that has the form of a device token; undefined for any other, which may not even fit into a header. */
export const deviceTokenOf = (text: unknown): string | undefined =>
  typeof text === 'string' && /^[\w-]{1,100}\.[\w-]{1,99}$/.test(text) ? text : undefined;

/** Written as the client gets them; an upstream's arrive in lower case. */
const PASSED_ON = ['Retry-After', 'RateLimit', 'RateLimit-Policy', 'WWW-Authenticate'] as const;

function passedOn(headers: ResponseHeaders): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const name of PASSED_ON) {
    const value = headers[name.toLowerCase()];
    if (value !== undefined) fields[name] = String(value);
  }
  return fields;
}

/** What a reader returns for a success. */
export const ok = <T>(value: T, headers: ResponseHeaders = {}): { readonly value: Result<T> } => {
  const deviceToken = deviceTokenOf(headers[DEVICE_TOKEN]);
  return { value: { ok: value, headers: passedOn(headers), ...(deviceToken && { deviceToken }) } };
};

/** For a part that an answer can do without: a rejection is a failure like any other. */
export const okOnly =
  <Q, T>(upstream: UpstreamName, call: Call<Q, Result<T>>): Call<Q, T> =>
  async (request, caller) => {
    const { value, via } = await call(request, caller);
    if ('rejected' in value) throw new UpstreamFailure(upstream, 'rejected');
    return { value: value.ok, via };
  };

type Reader = Readers<unknown, Result<never>>[number];

const rejectionWith =
  (status: number, as?: ProblemSlug): Reader =>
  (body, _request, headers) => {
    const rejected = problemIn(body, status);
    if (rejected === undefined) return undefined;
    return {
      value: { rejected: { ...rejected, slug: as ?? rejected.slug }, headers: passedOn(headers) },
    };
  };

/**
 * A service that cannot verify sessions is healthy. If this 503 counted as its failure, its breaker would also reject
 * the requests that need no session.
 */
const keysMissing: Reader = (...response) => {
  const read = rejectionWith(503)(...response);
  return read && 'rejected' in read.value && read.value.rejected.slug === 'keys-missing'
    ? read
    : undefined;
};

/** Readers of rejections with these statuses. A body that is not one of our problem documents is a failure. */
export const rejections = (...statuses: readonly number[]): Record<number, Reader> =>
  Object.fromEntries(statuses.map((status) => [status, rejectionWith(status)]));

/**
 * Reads a rejection whose status has one meaning at this endpoint: the client gets a problem type for just that meaning.
 * Identity keeps the general type, since gateways of earlier releases know no other.
 */
export const rejectionAs = (slug: ProblemSlug): Reader =>
  rejectionWith(problems[slug].status, slug);

/** `rejections` for a request with an access token, which may also be invalid, or impossible to verify now. */
export const bearerRejections = (...statuses: readonly number[]): Record<number, Reader> => ({
  ...rejections(401, ...statuses),
  503: keysMissing,
});
