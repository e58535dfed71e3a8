// Social's replica of user names.
import { schemaGuard } from 'contracts/guard';
import type { AuthorBatch, User } from 'contracts/types';
import { byIds } from '../by-ids.ts';
import type { SizeLimits } from '../engine/endpoint.ts';

const isAuthorBatch = schemaGuard<AuthorBatch>('social', 'AuthorBatch');

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
