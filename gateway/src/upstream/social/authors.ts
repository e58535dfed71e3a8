// Social's own copy of the users' names.
import { schemaGuard } from 'contracts/guard';
import type { AuthorBatch, User } from 'contracts/types';
import { byIds } from '../by-ids.ts';
import type { SizeLimits } from '../engine/endpoint.ts';

const isAuthorBatch = schemaGuard<AuthorBatch>('social', 'AuthorBatch');

const authors = {
  name: 'authors',
  path: '/api/authors',
  // There is no address for one.
  isOne: (body: unknown): body is User => body === undefined,
  isList: isAuthorBatch,
  listOnly: true,
  pick: ({ id, username }: User): User => ({ id, username }),
} as const;

/** Users by id, from Social's own copy. Who is not there may be too new for it. */
export const getAuthors = (bounds: SizeLimits) => byIds(authors, bounds);
