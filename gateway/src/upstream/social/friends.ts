// The viewer's friends at Social, and requests to be one.
import { schemaGuard } from 'contracts/guard';
import type { FriendPage, Friendship, RequestPage } from 'contracts/types';
import type { SizeLimits, Endpoint } from '../engine/endpoint.ts';
import { bearer, type OnBehalfOf } from '../on-behalf-of.ts';
import { done, rejections, type Result } from '../result.ts';
import { viewerPage, type ViewerPageRequest } from './viewer-page.ts';

const isFriendPage = schemaGuard<FriendPage>('social', 'FriendPage');
const isRequestPage = schemaGuard<RequestPage>('social', 'RequestPage');
const isFriendship = schemaGuard<Friendship>('social', 'Friendship');

export type FriendRequestsRequest = ViewerPageRequest & {
  readonly direction: 'incoming' | 'outgoing';
};
export type OneUser = OnBehalfOf & { readonly id: number };

export const getFriends = (bounds: SizeLimits) =>
  viewerPage<ViewerPageRequest, FriendPage['items'][number]>(
    'friends',
    () => '/api/friends?',
    isFriendPage,
    ({ id, since }) => ({ id, since }),
    bounds,
  );
export const getFriendRequests = (bounds: SizeLimits) =>
  viewerPage<FriendRequestsRequest, RequestPage['items'][number]>(
    'friend_requests',
    ({ direction }) => `/api/friend-requests?direction=${direction}&`,
    isRequestPage,
    ({ id, requestedAt }) => ({ id, requestedAt }),
    bounds,
  );

/** Asks somebody to be friends, or accepts when they have asked. */
export const befriend = ({ one }: SizeLimits): Endpoint<OneUser, Result<Friendship>> => ({
  name: 'befriend',
  method: 'PUT',
  target: ({ id }) => `/api/friends/${id}`,
  headers: bearer,
  maxBytes: () => one,
  readers: {
    ...rejections(400, 401),
    200: (body, { id }) =>
      isFriendship(body) && body.id === id ? done({ id, state: body.state }) : undefined,
  },
});

/** Ends a friendship, refuses a request, withdraws one's own. */
export const unfriend = ({ one }: SizeLimits): Endpoint<OneUser, Result<null>> => ({
  name: 'unfriend',
  method: 'DELETE',
  target: ({ id }) => `/api/friends/${id}`,
  headers: bearer,
  maxBytes: () => one,
  readers: { ...rejections(400, 401), 204: () => done(null) },
});
