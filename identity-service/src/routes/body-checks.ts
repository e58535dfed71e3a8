// Checks of request bodies: by the contract and, for a new password, by its length after normalisation, which a schema
// cannot express.
import type { BodyCheck } from 'chassis/http/input';
import { requestGuard, type RequestGuard } from 'contracts/request';
import type { Confirmation, Credentials, MeChange, NewUser, RefreshRequest } from 'contracts/types';
import { passwordFault } from '../accounts/passwords.ts';

const POINTER = '/body/password';

const withNewPassword =
  (guard: RequestGuard): RequestGuard =>
  (body) => {
    const faults = guard(body);
    const { password } = body as { password?: unknown };
    const hasPasswordFault = faults.some(({ pointer }) => pointer === POINTER);
    const detail =
      hasPasswordFault || typeof password !== 'string' ? undefined : passwordFault(password);
    return detail === undefined ? faults : [...faults, { pointer: POINTER, detail }];
  };

export const newUser: BodyCheck<NewUser> = withNewPassword(requestGuard('identity', 'createUser'));
export const credentials: BodyCheck<Credentials> = requestGuard('identity', 'createSession');
export const refreshRequest: BodyCheck<RefreshRequest> = requestGuard('identity', 'refreshSession');
export const meChange: BodyCheck<MeChange> = withNewPassword(requestGuard('identity', 'updateMe'));
export const confirmation: BodyCheck<Confirmation> = requestGuard('identity', 'deleteMe');
