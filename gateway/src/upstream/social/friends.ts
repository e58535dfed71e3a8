// The viewer's friends and friend requests at Social.
import type { FriendPage, Friendship, OwnFriendship, RequestPage } from 'contracts/types';
import { socialAnswer } from '../expectations.ts';
import type { SizeLimits, Endpoint } from '../engine/endpoint.ts';
import { socialBearer, type OnBehalfOf } from '../on-behalf-of.ts';
import { bearerRejections, ok, type Result } from '../result.ts';
import { viewerPage, type ViewerPageRequest } from './viewer-page.ts';

const isFriendPage = socialAnswer<FriendPage>('FriendPage');
const isRequestPage = socialAnswer<RequestPage>('RequestPage');
const isOwnFriendship = socialAnswer<OwnFriendship>('OwnFriendship');
const isFriendship = socialAnswer<Friendship>('Friendship');

export type FriendRequestsRequest = ViewerPageRequest & {
  readonly direction: 'incoming' | 'outgoing';
};
export type OneUser = OnBehalfOf & { readonly id: number };

export const getFriends = (limits: SizeLimits) =>
  viewerPage<ViewerPageRequest, FriendPage['items'][number]>(
    'friends',
    () => '/api/friends?',
    isFriendPage,
    ({ id, since }) => ({ id, since }),
    limits,
  );
export const getFriendRequests = (limits: SizeLimits) =>
  viewerPage<FriendRequestsRequest, RequestPage['items'][number]>(
    'friend_requests',
    ({ direction }) => `/api/friend-requests?direction=${direction}&`,
    isRequestPage,
    ({ id, requestedAt }) => ({ id, requestedAt }),
    limits,
  );

/** What the viewer and another user are to each other. */
export const getFriendship = ({ one }: SizeLimits): Endpoint<OneUser, Result<OwnFriendship>> => ({
  name: 'friendship',
  target: ({ id }) => `/api/friends/${id}`,
  headers: socialBearer,
  maxBytes: () => one,
  readers: {
    ...bearerRejections(400),
    200: (body, { id }) =>
      isOwnFriendship(body) && body.id === id ? ok({ id, state: body.state }) : undefined,
  },
});

/** Sends a friend request, or accepts the one that the other user has sent. */
export const befriend = ({ one }: SizeLimits): Endpoint<OneUser, Result<Friendship>> => ({
  name: 'befriend',
  method: 'PUT',
  target: ({ id }) => `/api/friends/${id}`,
  headers: socialBearer,
  maxBytes: () => one,
  readers: {
    ...bearerRejections(400),
    200: (body, { id }) =>
      isFriendship(body) && body.id === id ? ok({ id, state: body.state }) : undefined,
  },
});

/** Ends a friendship, rejects a friend request, or withdraws the viewer's own. */
export const unfriend = ({ one }: SizeLimits): Endpoint<OneUser, Result<null>> => ({
  name: 'unfriend',
  method: 'DELETE',
  target: ({ id }) => `/api/friends/${id}`,
  headers: socialBearer,
  maxBytes: () => one,
  readers: { ...bearerRejections(400), 204: () => ok(null) },
});
