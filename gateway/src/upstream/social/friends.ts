// The viewer's friends at Social, and requests to be one.
import { schemaGuard } from 'contracts/guard';
import type { FriendPage, Friendship, RequestPage } from 'contracts/types';
import type { Bounds, Operation } from '../engine/endpoint.ts';
import { bearer, type InName } from '../on-behalf-of.ts';
import { done, refusals, type Outcome } from '../outcome.ts';
import { page, type OwnPage } from './viewer-page.ts';

const isFriendPage = schemaGuard<FriendPage>('social', 'FriendPage');
const isRequestPage = schemaGuard<RequestPage>('social', 'RequestPage');
const isFriendship = schemaGuard<Friendship>('social', 'Friendship');

export type RequestsQuestion = OwnPage & { readonly direction: 'incoming' | 'outgoing' };
export type OneUser = InName & { readonly id: number };

export const getFriends = (bounds: Bounds) =>
  page<OwnPage, FriendPage['items'][number]>(
    'friends',
    () => '/api/friends?',
    isFriendPage,
    ({ id, since }) => ({ id, since }),
    bounds,
  );
export const getFriendRequests = (bounds: Bounds) =>
  page<RequestsQuestion, RequestPage['items'][number]>(
    'friend_requests',
    ({ direction }) => `/api/friend-requests?direction=${direction}&`,
    isRequestPage,
    ({ id, requestedAt }) => ({ id, requestedAt }),
    bounds,
  );

/** Asks somebody to be friends, or accepts when they have asked. */
export const befriend = ({ one }: Bounds): Operation<OneUser, Outcome<Friendship>> => ({
  name: 'befriend',
  method: 'PUT',
  target: ({ id }) => `/api/friends/${id}`,
  headers: bearer,
  maxBytes: () => one,
  answers: {
    ...refusals(400, 401),
    200: (body, { id }) =>
      isFriendship(body) && body.id === id ? done({ id, state: body.state }) : undefined,
  },
});

/** Ends a friendship, refuses a request, withdraws one's own. */
export const unfriend = ({ one }: Bounds): Operation<OneUser, Outcome<null>> => ({
  name: 'unfriend',
  method: 'DELETE',
  target: ({ id }) => `/api/friends/${id}`,
  headers: bearer,
  maxBytes: () => one,
  answers: { ...refusals(400, 401), 204: () => done(null) },
});
