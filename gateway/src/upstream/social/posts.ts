// Posts at Social: read by id and by author; created, changed and deleted by their authors.
import { complete } from 'contracts/complete';
import type { Post, PostBatch, PostPage, User } from 'contracts/types';
import { socialAnswer } from '../expectations.ts';
import { byIds } from '../by-ids.ts';
import { isAbout, problemIn } from '../engine/problem-document.ts';
import type { SizeLimits, Endpoint } from '../engine/endpoint.ts';
import { ifUnchanged, socialBearer, type Conditional, type OnBehalfOf } from '../on-behalf-of.ts';
import { bearerRejections, ok, type Result } from '../result.ts';

const isPost = socialAnswer<Post>('Post');
const isPostPage = socialAnswer<PostPage>('PostPage');

/** A page of one author's posts. */
export interface PostPageRequest {
  readonly authorId: number;
  readonly limit: number;
  readonly cursor: string | undefined;
}

/** Drops fields that the contract does not name. */
export const pickPost = ({ id, content, authorId, createdAt, editedAt, author }: Post): Post =>
  complete<Post>({
    id,
    content,
    authorId,
    createdAt,
    editedAt,
    author: author && pickAuthor(author),
  });

const pickAuthor = ({ id, username }: User) => complete<User>({ id, username });

const posts = {
  name: 'posts',
  path: '/api/posts',
  isOne: isPost,
  isList: socialAnswer<PostBatch>('PostBatch'),
  pick: pickPost,
};

/** What Social embeds in a post: nothing, or the author from its replica. */
export type Include = 'nothing' | 'author';

const queryOf = (include: Include) => (include === 'author' ? { query: 'include=author' } : {});

/** `&include=author`, or nothing. */
const includeOf = (include: Include): string => (include === 'author' ? '&include=author' : '');

/** Posts by id. */
export const getPosts = (limits: SizeLimits, include: Include) =>
  byIds({ ...posts, ...queryOf(include) }, limits);

/** A page of one author's posts, newest first; undefined when Social does not know the cursor. */
export const getPostPage = (
  limits: SizeLimits,
  include: Include,
): Endpoint<PostPageRequest, PostPage | undefined> => ({
  name: 'post_page',
  target: ({ authorId, limit, cursor }) =>
    `/api/posts?authorId=${authorId}&limit=${limit}${cursor === undefined ? '' : `&cursor=${cursor}`}` +
    includeOf(include),
  maxBytes: () => limits.list,
  readers: {
    200: (body, request) => (isPostPage(body) && fits(body, request) ? { value: body } : undefined),
    // Only Social can read the cursor, so only Social can tell that it is wrong.
    400: (body) =>
      isAbout(problemIn(body, 400), '/query/cursor') ? { value: undefined } : undefined,
  },
});

const fits = ({ items }: PostPage, { authorId, limit }: PostPageRequest): boolean =>
  items.length <= limit && items.every((post) => post.authorId === authorId);

export type NewPostRequest = OnBehalfOf & {
  readonly content: string;
  /** The idempotency key, with which the request may be sent again; undefined when the client sent none. */
  readonly key: string | undefined;
};

export type OnePost = OnBehalfOf & { readonly id: number };

export type OnePostChange = OnePost & Conditional;

export const createPost = ({ one }: SizeLimits): Endpoint<NewPostRequest, Result<Post>> => ({
  name: 'create_post',
  method: 'POST',
  target: () => '/api/posts',
  headers: ({ key, ...viewer }) => ({
    ...socialBearer(viewer),
    ...(key !== undefined && { 'idempotency-key': `"${key}"` }),
  }),
  body: ({ content }) => ({ content }),
  maxBytes: () => one,
  readers: {
    ...bearerRejections(400, 409, 410, 422, 429),
    201: (body, _request, headers) => (isPost(body) ? ok(body, headers) : undefined),
  },
});

export const changePost = ({
  one,
}: SizeLimits): Endpoint<OnePostChange & { readonly content: string }, Result<Post>> => ({
  name: 'change_post',
  method: 'PATCH',
  target: ({ id }) => `/api/posts/${id}`,
  headers: (request) => ({ ...socialBearer(request), ...ifUnchanged(request) }),
  body: ({ content }) => ({ content }),
  maxBytes: () => one,
  readers: {
    ...bearerRejections(400, 403, 404, 412, 429),
    200: (body, { id }, headers) =>
      isPost(body) && body.id === id ? ok(body, headers) : undefined,
  },
});

export const deletePost = ({ one }: SizeLimits): Endpoint<OnePostChange, Result<null>> => ({
  name: 'delete_post',
  method: 'DELETE',
  target: ({ id }) => `/api/posts/${id}`,
  headers: (request) => ({ ...socialBearer(request), ...ifUnchanged(request) }),
  maxBytes: () => one,
  readers: { ...bearerRejections(403, 404, 412), 204: () => ok(null) },
});
