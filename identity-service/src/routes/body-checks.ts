// Checks of request bodies: by the contract and, for a new password, by rules that a schema cannot express.
import type { BodyCheck } from 'chassis/http/input';
import { requestGuard, type RequestGuard } from 'contracts/request';
import type {
  Confirmation,
  Credentials,
  Me,
  MeChange,
  NewUser,
  RefreshRequest,
} from 'contracts/types';
import { passwordFault } from '../accounts/password-rules.ts';

const POINTER = '/body/password';

/** @param me the account whose password is changed; undefined for a new one */
const withNewPassword =
  (guard: RequestGuard, me?: Me): RequestGuard =>
  (body) => {
    const faults = guard(body);
    const { password, username, email } = body as Readonly<Record<string, unknown>>;
    const names = [username, email, me?.username, me?.email];
    const hasPasswordFault = faults.some(({ pointer }) => pointer === POINTER);
    const detail =
      hasPasswordFault || typeof password !== 'string'
        ? undefined
        : passwordFault(
            password,
            names.filter((name) => typeof name === 'string'),
          );
    return detail === undefined ? faults : [...faults, { pointer: POINTER, detail }];
  };

export const newUser: BodyCheck<NewUser> = withNewPassword(requestGuard('identity', 'createUser'));
export const credentials: BodyCheck<Credentials> = requestGuard('identity', 'createSession');
export const refreshRequest: BodyCheck<RefreshRequest> = requestGuard('identity', 'refreshSession');
const checkMeChange = requestGuard('identity', 'updateMe');
export const meChangeOf = (me: Me): BodyCheck<MeChange> => withNewPassword(checkMeChange, me);
export const confirmation: BodyCheck<Confirmation> = requestGuard('identity', 'deleteMe');
