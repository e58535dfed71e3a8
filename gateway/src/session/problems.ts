// Why a request has no viewer.
import { Problem } from 'chassis/http/problem';
import { proxyMember, UpstreamFailure } from '../upstream/engine/failure.ts';

/** The 403 for a write from a page of another site. */
export const foreignOrigin = (): Problem =>
  new Problem('forbidden', 'In a browser, only our own pages may send this request');

/** An allowed origin of another site: the browser would keep the cookies, and never send them. */
export const otherSite = (): Problem =>
  new Problem(
    'forbidden',
    'A page of another site can have no session here, since cookies are SameSite=Lax: use /api/auth/token',
  );

/** A 503, because a browser would take a 401 for the end of its session. */
const notChecked = (failure: UpstreamFailure): Problem =>
  new Problem(
    'upstream-unavailable',
    'The session cannot be checked at the moment; it has not ended',
    {
      headers: {
        'Proxy-Status': proxyMember(failure),
        'Retry-After': String(failure.retryAfterS),
      },
      cause: failure,
      reason: `${failure.upstream}: ${failure.kind}`,
    },
  );

/** Throws the 503 for a failure of an upstream, and any other error as it is. */
export const rethrow = (error: unknown): never => {
  throw error instanceof UpstreamFailure ? notChecked(error) : error;
};

/** Whether the error says that a token is invalid or has expired. */
export const isInvalid = (error: unknown): boolean =>
  error instanceof Problem && error.slug === 'unauthenticated';
