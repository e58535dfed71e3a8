// The two ways to try a password: logging in, and proving it again. Both are limited; log-ins are counted by outcome.
import type { Metrics } from 'chassis/observability/metrics';
import { unauthenticated } from 'chassis/auth/access-token';
import { type HeaderFields, Problem } from 'chassis/http/problem';
import type { Credentials } from 'contracts/types';
import type { Accounts } from './accounts.ts';
import type { Attempt, RateLimits } from './rate-limits.ts';
import type { OwnAccount, Reauthentication, Who } from './own-account.ts';
import type { OpenSession } from '../sessions/sessions.ts';

/** What came of it, and what is left of the limits. */
export interface Counted<T> {
  readonly value: T;
  readonly headers: HeaderFields;
}

export interface Logins {
  /** @param address the client's. @throws Problem 401, 429, 503 */
  logIn(credentials: Credentials, address: string): Promise<Counted<OpenSession>>;
  /** @throws Problem 401 when the session is over, 403 when the password is wrong, 429, 503 */
  reauthenticate(who: Who, currentPassword: string): Promise<Counted<Reauthentication>>;
}

/** When there is no session (any more) that the token could belong to. */
export const sessionOver = (): Problem => unauthenticated('The session is over');

export function createLogins(
  accounts: Accounts,
  own: OwnAccount,
  limits: RateLimits,
  metrics: Metrics,
): Logins {
  const counter = metrics.counter('identity_logins_total', 'Attempts to log in, by outcome.', [
    'outcome',
  ]);
  const count = (outcome: 'ok' | 'wrong' | 'limited', by = 1) => counter.inc({ outcome }, by);
  count('ok', 0);
  count('wrong', 0);
  count('limited', 0);

  const allowed = async (name: string, address: string): Promise<Attempt> => {
    try {
      return await limits.logIn(name, address);
    } catch (error) {
      if (error instanceof Problem && error.slug === 'too-many-requests') count('limited');
      throw error;
    }
  };

  return {
    async logIn({ username, password }, address) {
      const attempt = await allowed(username, address);
      const session = await attempt.during(() => accounts.logIn(username, password));
      if (session === undefined) {
        count('wrong');
        throw new Problem('unauthenticated', 'The username or the password is wrong', {
          headers: { 'WWW-Authenticate': 'Bearer', ...attempt.headers },
        });
      }
      count('ok');
      return { value: session, headers: await attempt.succeeded() };
    },

    async reauthenticate(who, currentPassword) {
      const attempt = await limits.reauthenticate(who.userId);
      const proof = await attempt.during(() => own.reauthenticate(who, currentPassword));
      if (proof === undefined) throw sessionOver();
      if (proof === 'wrong')
        throw new Problem('forbidden', 'The current password is wrong', {
          headers: attempt.headers,
        });
      return { value: proof, headers: await attempt.succeeded() };
    },
  };
}
