// What the gateway asks of Identity.
import { schemaGuard } from 'contracts/guard';
import type { User, UserBatch } from 'contracts/types';
import type { Bounds, Operation } from './operation.ts';

const isUser = schemaGuard<User>('identity', 'User');
const isUserBatch = schemaGuard<UserBatch>('identity', 'UserBatch');

/** Public profiles by id; what is not in the map does not exist. One id is asked for by its own address. */
export const getUsers = (
  bounds: Bounds,
): Operation<readonly number[], ReadonlyMap<number, User>> => ({
  name: 'users',
  target: (ids) => (ids.length === 1 ? `/api/users/${ids[0]}` : `/api/users?ids=${ids.join(',')}`),
  maxBytes: (ids) => (ids.length === 1 ? bounds.one : bounds.list),
  answers: {
    200: (body, ids) => {
      if (ids.length === 1)
        return isUser(body) && body.id === ids[0] ? { value: byId([body]) } : undefined;
      return isUserBatch(body) ? { value: byId(body.items) } : undefined;
    },
    // A page of somebody in between is no word of theirs.
    404: (body, ids) => (ids.length === 1 && body !== undefined ? { value: new Map() } : undefined),
  },
});

const byId = (users: readonly User[]): ReadonlyMap<number, User> =>
  new Map(users.map(({ id, username }) => [id, { id, username }]));
