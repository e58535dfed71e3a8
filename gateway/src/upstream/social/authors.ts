// Social's replica of user names.
import { complete } from 'contracts/complete';
import type { AuthorBatch, User } from 'contracts/types';
import { socialAnswer } from '../expectations.ts';
import type { Endpoint, SizeLimits } from '../engine/endpoint.ts';

const isAuthorBatch = socialAnswer<AuthorBatch>('AuthorBatch');

/** What the replica knows about a user. */
export interface ReplicaEntry {
  /** undefined if the replica does not have the user. */
  readonly user: User | undefined;
  /** The replica has all changes that were made longer ago than this, in ms; undefined while that is not known. */
  readonly lagMs: number | undefined;
}

/** Users by id, from the replica; with an entry for each id. */
export const getAuthors = (
  limits: SizeLimits,
): Endpoint<readonly number[], ReadonlyMap<number, ReplicaEntry>> => ({
  name: 'authors',
  target: (ids) => `/api/authors?ids=${ids.join(',')}`,
  maxBytes: () => limits.list,
  readers: {
    200(body, ids) {
      if (!isAuthorBatch(body)) return undefined;
      const { items, lagMs } = body;
      const users = new Map(
        items.map(({ id, username }) => [id, complete<User>({ id, username })]),
      );
      return { value: new Map(ids.map((id) => [id, { user: users.get(id), lagMs }])) };
    },
  },
});
