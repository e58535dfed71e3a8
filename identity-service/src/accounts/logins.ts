// Password checks: login, and reauthentication before a sensitive change. Both are rate limited; logins are counted by
// outcome.
import type { Metrics } from 'chassis/observability/metrics';
import { Problem } from 'chassis/http/problem';
import type { Credentials } from 'contracts/types';
import type { Accounts, LoggedIn } from './accounts.ts';
import type { LoginRequest } from './login-request.ts';
import type { Attempt, LimitedResult } from '../limits/limiter.ts';
import type { RateLimits } from '../limits/rate-limits.ts';
import type { OwnAccount, Reauthentication, ViewerSession } from './own-account.ts';
import { sessionEnded, wrongPassword } from './rejections.ts';

export interface LoginClient extends LoginRequest {
  readonly address: string;
  readonly deviceToken?: string | undefined;
}

export interface Logins {
  /**
   * Starts a session.
   * @param client its address, and the device token that it has
   * @throws Problem 401, 429, 503
   */
  logIn(credentials: Credentials, client: LoginClient): Promise<LimitedResult<LoggedIn>>;
  /**
   * Checks the viewer's current password.
   * @throws Problem 401 if the session has ended, 403 if the password is wrong, 429, 503
   */
  reauthenticate(
    viewer: ViewerSession,
    currentPassword: string,
  ): Promise<LimitedResult<Reauthentication>>;
}

export function createLogins(
  accounts: Accounts,
  ownAccount: OwnAccount,
  limits: RateLimits,
  metrics: Metrics,
): Logins {
  const counter = metrics.counter('identity_logins_total', 'Login attempts by outcome', [
    'outcome',
  ]);
  const count = (outcome: 'ok' | 'wrong' | 'limited', by = 1) => counter.inc({ outcome }, by);
  count('ok', 0);
  count('wrong', 0);
  count('limited', 0);

  const startLogin = async (
    name: string,
    { address, deviceToken }: LoginClient,
  ): Promise<Attempt> => {
    const device =
      deviceToken === undefined ? undefined : await accounts.recognize(name, deviceToken);
    try {
      return await limits.logIn(name, address, device);
    } catch (error) {
      if (error instanceof Problem && error.slug === 'too-many-requests') count('limited');
      throw error;
    }
  };

  return {
    async logIn({ username, password }, client) {
      const attempt = await startLogin(username, client);
      const { value: session, headers } = await attempt.run(
        () => accounts.logIn(username, password, client),
        (result) => result !== undefined,
      );
      if (session === undefined) {
        count('wrong');
        throw new Problem('unauthenticated', 'The username or the password is wrong', {
          headers: { 'WWW-Authenticate': 'Bearer', ...headers },
        });
      }
      count('ok');
      return { value: session, headers };
    },

    async reauthenticate(viewer, currentPassword) {
      const attempt = await limits.reauthenticate(viewer.userId);
      const { value: result, headers } = await attempt.run(
        () => ownAccount.reauthenticate(viewer, currentPassword),
        (outcome) => outcome !== 'wrong',
      );
      if (result === undefined) throw sessionEnded();
      if (result === 'wrong') throw wrongPassword(headers);
      return { value: result, headers };
    },
  };
}
