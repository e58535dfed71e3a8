// What the gateway asks of Social in a user's name, and has done there: posts, friends, the feed.
import { schemaGuard } from 'contracts/guard';
import type { FriendPage, Friendship, Post, PostPage, RequestPage } from 'contracts/types';
import { bearer, type InName } from './accounts.ts';
import type { Guard } from 'contracts/guard';
import type { Bounds, Operation } from './operation.ts';
import { done, refusals, type Outcome } from './outcome.ts';
import { keepPost, type Include } from './social.ts';

const isPost = schemaGuard<Post>('social', 'Post');
const isPostPage = schemaGuard<PostPage>('social', 'PostPage');
const isFriendPage = schemaGuard<FriendPage>('social', 'FriendPage');
const isRequestPage = schemaGuard<RequestPage>('social', 'RequestPage');
const isFriendship = schemaGuard<Friendship>('social', 'Friendship');

/** A page of what is the viewer's. */
export interface OwnPage extends InName {
  readonly limit: number;
  readonly cursor: string | undefined;
}
export type RequestsQuestion = OwnPage & { readonly direction: 'incoming' | 'outgoing' };
export type OneOf = InName & { readonly id: number };
export type NewPostQuestion = InName & {
  readonly content: string;
  /** Names the request, so that it may be sent again; undefined when the client gave none. */
  readonly key: string | undefined;
};

const pageTarget = (path: string, { limit, cursor }: OwnPage): string =>
  `${path}limit=${limit}${cursor === undefined ? '' : `&cursor=${cursor}`}`;

interface PageOf<T> {
  items: T[];
  nextCursor: string | null;
}

/** @param keep only what the contract names: what else came along is not kept */
function page<Q extends OwnPage, T>(
  name: string,
  path: (question: Q) => string,
  isPage: Guard<PageOf<T>>,
  keep: (item: T) => T,
  { list }: Bounds,
): Operation<Q, Outcome<PageOf<T>>> {
  return {
    name,
    target: (question) => pageTarget(path(question), question),
    headers: bearer,
    maxBytes: () => list,
    answers: {
      ...refusals(400, 401),
      200: (body, { limit }) => {
        if (!isPage(body) || body.items.length > limit) return undefined;
        return done({ items: body.items.map(keep), nextCursor: body.nextCursor });
      },
    },
  };
}

export const getFeed = (bounds: Bounds, include: Include) =>
  page<OwnPage, Post>(
    'feed',
    () => (include === 'author' ? '/api/feed?include=author&' : '/api/feed?'),
    isPostPage,
    keepPost,
    bounds,
  );
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

export const createPost = ({ one }: Bounds): Operation<NewPostQuestion, Outcome<Post>> => ({
  name: 'create_post',
  method: 'POST',
  target: () => '/api/posts',
  headers: ({ token, key }) => ({
    ...bearer({ token }),
    ...(key !== undefined && { 'idempotency-key': `"${key}"` }),
  }),
  body: ({ content }) => ({ content }),
  maxBytes: () => one,
  answers: {
    ...refusals(400, 401, 409, 422),
    201: (body) => (isPost(body) ? done(body) : undefined),
  },
});

export const changePost = ({
  one,
}: Bounds): Operation<OneOf & { readonly content: string }, Outcome<Post>> => ({
  name: 'change_post',
  method: 'PATCH',
  target: ({ id }) => `/api/posts/${id}`,
  headers: bearer,
  body: ({ content }) => ({ content }),
  maxBytes: () => one,
  answers: {
    ...refusals(400, 401, 403, 404),
    200: (body, { id }) => (isPost(body) && body.id === id ? done(body) : undefined),
  },
});

export const deletePost = ({ one }: Bounds): Operation<OneOf, Outcome<null>> => ({
  name: 'delete_post',
  method: 'DELETE',
  target: ({ id }) => `/api/posts/${id}`,
  headers: bearer,
  maxBytes: () => one,
  answers: { ...refusals(401, 403, 404), 204: () => done(null) },
});

/** Asks somebody to be friends, or accepts when they have asked. */
export const befriend = ({ one }: Bounds): Operation<OneOf, Outcome<Friendship>> => ({
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
export const unfriend = ({ one }: Bounds): Operation<OneOf, Outcome<null>> => ({
  name: 'unfriend',
  method: 'DELETE',
  target: ({ id }) => `/api/friends/${id}`,
  headers: bearer,
  maxBytes: () => one,
  answers: { ...refusals(400, 401), 204: () => done(null) },
});
