// Why a viewer is rejected, although the access token is valid.
import { unauthenticated } from 'chassis/auth/access-token';
import { type HeaderFields, Problem } from 'chassis/http/problem';

/** The 401 for a session that has ended. */
export const sessionEnded = (): Problem => unauthenticated('The session has ended');

/** The 403 for a wrong current password, which is no reason to end the session. */
export const wrongPassword = (headers?: HeaderFields): Problem =>
  new Problem('forbidden', 'The current password is wrong', headers && { headers });
