// Posts: the feed, a profile, one post; and writing, which shows at once and is repeated with its key.
import {
  useInfiniteQuery,
  useMutation,
  useMutationState,
  useQuery,
  type InfiniteData,
} from '@tanstack/preact-query';
import type { Degraded, Schemas } from 'client';
import { api, ApiError, dataOf } from './api.ts';
import { queryClient } from './query-client.ts';

export type Post = Schemas['Post'];
type Home = Schemas['Home'];

/** A page of the feed. The first one comes with everything else that the home screen shows. */
interface FeedPage {
  readonly items: readonly Post[];
  readonly nextCursor: string | null;
  readonly degraded?: readonly Degraded[] | undefined;
  readonly home?: Home;
}

const FEED = ['feed'];

async function fetchPage(cursor: string | null, signal: AbortSignal): Promise<FeedPage> {
  if (cursor !== null)
    return dataOf(api.get('/api/feed', { params: { query: { cursor } }, signal }));
  const home = await dataOf(api.get('/api/home', { signal }));
  return { ...home.feed, degraded: home.degraded, home };
}

export const useFeed = () =>
  useInfiniteQuery({
    queryKey: FEED,
    queryFn: ({ pageParam, signal }) => fetchPage(pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page: FeedPage) => page.nextCursor,
  });

export const usePost = (id: number) =>
  useQuery({
    queryKey: ['post', id],
    queryFn: ({ signal }) =>
      dataOf(api.get('/api/posts/{id}', { params: { path: { id } }, signal })),
  });

export const useProfile = (id: number) =>
  useQuery({
    queryKey: ['profile', id],
    queryFn: ({ signal }) =>
      dataOf(api.get('/api/users/{id}/profile', { params: { path: { id } }, signal })),
  });

/** A post that is being sent. The key names it in every attempt, so that it is there once. */
export interface Draft {
  readonly content: string;
  readonly key: string;
}

const WRITE = ['write'];
const MAX_ATTEMPTS = 6;
const FIRST_WAIT_MS = 1000;

export const useWritePost = () =>
  useMutation({
    mutationKey: WRITE,
    mutationFn: ({ content, key }: Draft) =>
      dataOf(api.post('/api/posts', { body: { content }, idempotencyKey: key })),
    // Without a network the query library waits until it is back.
    retry: (count, error) => error instanceof ApiError && error.isTemporary && count < MAX_ATTEMPTS,
    retryDelay: (count, error) =>
      (error instanceof ApiError ? error.info.retryAfterMs : undefined) ??
      FIRST_WAIT_MS * 2 ** count,
    onSuccess: (post) => addToFeed(post),
  });

/** Drafts that are on their way or failed, newest first. */
export const useDrafts = () =>
  useMutationState({
    filters: { mutationKey: WRITE, predicate: ({ state }) => state.status !== 'success' },
    select: (mutation) => ({
      draft: mutation.state.variables as Draft,
      state: mutation.state.isPaused ? 'waiting' : mutation.state.status,
      error: mutation.state.error,
      discard: () => queryClient.getMutationCache().remove(mutation),
    }),
  }).toReversed();

const eachPage = (change: (items: readonly Post[], index: number) => readonly Post[]) =>
  queryClient.setQueryData<InfiniteData<FeedPage>>(
    FEED,
    (data) =>
      data && {
        ...data,
        pages: data.pages.map((page, index) => ({ ...page, items: change(page.items, index) })),
      },
  );

function addToFeed(post: Post): void {
  eachPage((items, index) =>
    index > 0 || items.some(({ id }) => id === post.id) ? items : [post, ...items],
  );
  void queryClient.invalidateQueries({ queryKey: ['profile'] });
}

/** The fields of a post that an edit changes. */
const textOf = ({ content, editedAt }: Post) => ({
  content,
  ...(editedAt !== undefined && { editedAt }),
});

/** Shows a change everywhere at once. @param post null for a deleted post */
function replaceEverywhere(id: number, post: Post | null): void {
  const change = (items: readonly Post[]): readonly Post[] =>
    items.flatMap((item) =>
      item.id !== id ? [item] : post === null ? [] : [{ ...item, ...textOf(post) }],
    );
  eachPage(change);
  queryClient.setQueriesData<Schemas['Profile']>(
    { queryKey: ['profile'] },
    (data) => data && { ...data, posts: [...change(data.posts)] },
  );
  if (post === null) queryClient.removeQueries({ queryKey: ['post', id] });
  else queryClient.setQueryData(['post', id], post);
}

export const useEditPost = (id: number) =>
  useMutation({
    mutationFn: (content: string) =>
      dataOf(api.patch('/api/posts/{id}', { params: { path: { id } }, body: { content } })),
    onSuccess: (post) => replaceEverywhere(id, post),
  });

export const useDeletePost = (id: number) =>
  useMutation({
    mutationFn: () => dataOf(api.delete('/api/posts/{id}', { params: { path: { id } } })),
    onSuccess: () => replaceEverywhere(id, null),
  });
