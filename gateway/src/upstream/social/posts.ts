// Posts at Social: read by id and by author, written by their authors.
import { schemaGuard } from 'contracts/guard';
import type { Post, PostBatch, PostPage } from 'contracts/types';
import { byIds } from '../by-ids.ts';
import type { Bounds, Operation } from '../engine/endpoint.ts';
import { bearer, type InName } from '../on-behalf-of.ts';
import { done, refusals, type Outcome } from '../outcome.ts';

const isPost = schemaGuard<Post>('social', 'Post');
const isPostPage = schemaGuard<PostPage>('social', 'PostPage');

/** Which page of whose posts. */
export interface PageQuestion {
  readonly authorId: number;
  readonly limit: number;
  readonly cursor: string | undefined;
}

/** Only what the contract names. */
export const keepPost = ({ id, content, authorId, createdAt, author }: Post): Post => ({
  id,
  content,
  authorId,
  createdAt,
  ...(author !== undefined && { author: author && { id: author.id, username: author.username } }),
});

const posts = {
  name: 'posts',
  path: '/api/posts',
  isOne: isPost,
  isList: schemaGuard<PostBatch>('social', 'PostBatch'),
  keep: keepPost,
};

/** What Social is asked to put beside a post: nothing, or the author from its own copy of the names. */
export type Include = 'nothing' | 'author';

const queryOf = (include: Include) => (include === 'author' ? { query: 'include=author' } : {});

/** `&include=author`, or nothing. */
export const includeOf = (include: Include): string =>
  include === 'author' ? '&include=author' : '';

/** Posts by id. */
export const getPosts = (bounds: Bounds, include: Include) =>
  byIds({ ...posts, ...queryOf(include) }, bounds);

/** A page of one author's posts, newest first; undefined when Social does not know the cursor. */
export const getPostPage = (
  bounds: Bounds,
  include: Include,
): Operation<PageQuestion, PostPage | undefined> => ({
  name: 'post_page',
  target: ({ authorId, limit, cursor }) =>
    `/api/posts?authorId=${authorId}&limit=${limit}${cursor === undefined ? '' : `&cursor=${cursor}`}` +
    includeOf(include),
  maxBytes: () => bounds.list,
  answers: {
    200: (body, question) =>
      isPostPage(body) && fits(body, question) ? { value: body } : undefined,
    // The rest of the question is ours and right, so it must be the cursor, which only its maker can read.
    400: (body, { cursor }) =>
      cursor === undefined || body === undefined ? undefined : { value: undefined },
  },
});

const fits = ({ items }: PostPage, { authorId, limit }: PageQuestion): boolean =>
  items.length <= limit && items.every((post) => post.authorId === authorId);

export type NewPostQuestion = InName & {
  readonly content: string;
  /** Names the request, so that it may be sent again; undefined when the client gave none. */
  readonly key: string | undefined;
};

export type OnePost = InName & { readonly id: number };

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
}: Bounds): Operation<OnePost & { readonly content: string }, Outcome<Post>> => ({
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

export const deletePost = ({ one }: Bounds): Operation<OnePost, Outcome<null>> => ({
  name: 'delete_post',
  method: 'DELETE',
  target: ({ id }) => `/api/posts/${id}`,
  headers: bearer,
  maxBytes: () => one,
  answers: { ...refusals(401, 403, 404), 204: () => done(null) },
});
