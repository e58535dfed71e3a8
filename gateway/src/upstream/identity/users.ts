// Users at Identity.
import { schemaGuard } from 'contracts/guard';
import type { User, UserBatch } from 'contracts/types';
import { byIds } from '../by-ids.ts';
import type { SizeLimits } from '../engine/endpoint.ts';

const users = {
  name: 'users',
  path: '/api/users',
  isOne: schemaGuard<User>('identity', 'User'),
  isList: schemaGuard<UserBatch>('identity', 'UserBatch'),
  pick: ({ id, username }: User): User => ({ id, username }),
};

/** Public profiles by id. */
export const getUsers = (limits: SizeLimits) => byIds(users, limits);
