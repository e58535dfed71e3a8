// What the gateway asks of Social.
import { schemaGuard } from 'contracts/guard';
import type { AuthorBatch, Counts, Post, PostBatch, PostPage, User } from 'contracts/types';
import { byIds } from './by-ids.ts';
import type { Bounds, Operation } from './operation.ts';

const isPostPage = schemaGuard<PostPage>('social', 'PostPage');
const isCounts = schemaGuard<Counts>('social', 'Counts');

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
  isOne: schemaGuard<Post>('social', 'Post'),
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

const isAuthorBatch = schemaGuard<AuthorBatch>('social', 'AuthorBatch');

const authors = {
  name: 'authors',
  path: '/api/authors',
  // There is no address for one.
  isOne: (body: unknown): body is User => body === undefined,
  isList: isAuthorBatch,
  listOnly: true,
  keep: ({ id, username }: User): User => ({ id, username }),
} as const;

/** Users by id, from Social's own copy. Who is not there may be too new for it. */
export const getAuthors = (bounds: Bounds) => byIds(authors, bounds);

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

/** How many posts and friends a user has. */
export const getCounts = (bounds: Bounds): Operation<number, Counts> => ({
  name: 'counts',
  target: (userId) => `/api/users/${userId}/counts`,
  maxBytes: () => bounds.one,
  answers: { 200: (body) => (isCounts(body) ? { value: body } : undefined) },
});
