// People at Identity, by their names.
import { complete } from 'contracts/complete';
import type { User, UserBatch, UserPage } from 'contracts/types';
import { identityAnswer } from '../expectations.ts';
import type { Endpoint, SizeLimits } from '../engine/endpoint.ts';
import { isAbout, problemIn } from '../engine/problem-document.ts';

const isUser = identityAnswer<User>('User');
const isUserBatch = identityAnswer<UserBatch>('UserBatch');

/** Drops fields that the contract does not name: other data about a user must not leave Identity. */
const pick = ({ id, username }: User) => complete<User>({ id, username });

export interface PeopleRequest {
  /** How the names begin, in any case; letters, digits and _. */
  readonly prefix: string;
  readonly limit: number;
  readonly cursor: string | undefined;
}

/** A page of users whose names begin with the prefix; undefined when Identity does not know the cursor. */
export const findPeople = (limits: SizeLimits): Endpoint<PeopleRequest, UserPage | undefined> => ({
  name: 'people',
  target: ({ prefix, limit, cursor }) =>
    `/api/users?username=${prefix}&limit=${limit}${cursor === undefined ? '' : `&cursor=${cursor}`}`,
  maxBytes: () => limits.list,
  readers: {
    200: (body, { limit }) =>
      isUserBatch(body) && body.nextCursor !== undefined && body.items.length <= limit
        ? { value: { items: body.items.map(pick), nextCursor: body.nextCursor } }
        : undefined,
    400: (body) =>
      isAbout(problemIn(body, 400), '/query/cursor') ? { value: undefined } : undefined,
  },
});

/** The user of a name, in any case; undefined when there is none. */
export const getUserByName = (limits: SizeLimits): Endpoint<string, User | undefined> => ({
  name: 'user_by_name',
  target: (username) => `/api/users/by-name/${username}`,
  maxBytes: () => limits.one,
  readers: {
    200: (body, username) =>
      isUser(body) && body.username.toLowerCase() === username.toLowerCase()
        ? { value: pick(body) }
        : undefined,
    404: (body) => (problemIn(body, 404)?.slug === 'not-found' ? { value: undefined } : undefined),
  },
});
