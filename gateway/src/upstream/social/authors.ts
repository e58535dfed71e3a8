// Social's replica of user names.
import type { AuthorBatch, User } from 'contracts/types';
import { socialAnswer } from '../expectations.ts';
import { byIds } from '../by-ids.ts';
import type { SizeLimits } from '../engine/endpoint.ts';

const isAuthorBatch = socialAnswer<AuthorBatch>('AuthorBatch');

const authors = {
  name: 'authors',
  path: '/api/authors',
  // A single author has no address.
  isOne: (body: unknown): body is User => body === undefined,
  isList: isAuthorBatch,
  listOnly: true,
  pick: ({ id, username }: User): User => ({ id, username }),
} as const;

/** Users by id, from the replica. A user who is absent may be too new for it. */
export const getAuthors = (limits: SizeLimits) => byIds(authors, limits);
