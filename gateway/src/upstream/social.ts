// What the gateway asks of Social.
import { schemaGuard } from 'contracts/guard';
import type { Counts, Post, PostBatch, PostPage } from 'contracts/types';
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
export const keepPost = ({ id, content, authorId, createdAt }: Post): Post => ({
  id,
  content,
  authorId,
  createdAt,
});

const posts = {
  name: 'posts',
  path: '/api/posts',
  isOne: schemaGuard<Post>('social', 'Post'),
  isList: schemaGuard<PostBatch>('social', 'PostBatch'),
  keep: keepPost,
};

/** Posts by id, without their authors' names. */
export const getPosts = (bounds: Bounds) => byIds(posts, bounds);

/** A page of one author's posts, newest first; undefined when Social does not know the cursor. */
export const getPostPage = (bounds: Bounds): Operation<PageQuestion, PostPage | undefined> => ({
  name: 'post_page',
  target: ({ authorId, limit, cursor }) =>
    `/api/posts?authorId=${authorId}&limit=${limit}${cursor === undefined ? '' : `&cursor=${cursor}`}`,
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
