// Users at Identity.
import { complete } from 'contracts/complete';
import type { User, UserBatch } from 'contracts/types';
import { identityAnswer } from '../expectations.ts';
import { byIds } from '../by-ids.ts';
import type { SizeLimits } from '../engine/endpoint.ts';

const users = {
  name: 'users',
  path: '/api/users',
  isOne: identityAnswer<User>('User'),
  isList: identityAnswer<UserBatch>('UserBatch'),
  pick: ({ id, username }: User) => complete<User>({ id, username }),
};

/** Public profiles by id. */
export const getUsers = (limits: SizeLimits) => byIds(users, limits);
