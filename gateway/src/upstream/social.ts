// What the gateway asks of Social.
import { schemaGuard } from 'contracts/guard';
import type { Counts, Post, PostBatch, PostPage } from 'contracts/types';
import type { Bounds, Operation } from './operation.ts';

const isPost = schemaGuard<Post>('social', 'Post');
const isPostBatch = schemaGuard<PostBatch>('social', 'PostBatch');
const isPostPage = schemaGuard<PostPage>('social', 'PostPage');
const isCounts = schemaGuard<Counts>('social', 'Counts');

/** Which page of whose posts. */
export interface PageQuestion {
  readonly authorId: number;
  readonly limit: number;
  readonly cursor: string | undefined;
}

/** Posts by id; what is not in the map does not exist. One id is asked for by its own address. */
export const getPosts = (
  bounds: Bounds,
): Operation<readonly number[], ReadonlyMap<number, Post>> => ({
  name: 'posts',
  target: (ids) => (ids.length === 1 ? `/api/posts/${ids[0]}` : `/api/posts?ids=${ids.join(',')}`),
  maxBytes: (ids) => (ids.length === 1 ? bounds.one : bounds.list),
  answers: {
    200: (body, ids) => {
      if (ids.length === 1)
        return isPost(body) && body.id === ids[0] ? { value: byId([body]) } : undefined;
      return isPostBatch(body) ? { value: byId(body.items) } : undefined;
    },
    // A page of somebody in between is no word of theirs.
    404: (body, ids) => (ids.length === 1 && body !== undefined ? { value: new Map() } : undefined),
  },
});

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

/** Only what the contract names: what else came along is not kept. */
const byId = (posts: readonly Post[]): ReadonlyMap<number, Post> =>
  new Map(
    posts.map(({ id, content, authorId, createdAt }) => [id, { id, content, authorId, createdAt }]),
  );
