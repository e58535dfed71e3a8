// The parts of a home screen: at most four requests, however many people are on it.
import type { OwnCounts, PostPage, RequestPage } from 'contracts/types';
import type { Caller } from '../../upstream/engine/call.ts';
import type { OnBehalfOf } from '../../upstream/on-behalf-of.ts';
import type { Result } from '../../upstream/result.ts';
import { authorsOf, fetchAuthors, type Authors } from '../authors.ts';
import type { Fetched } from '../data-source.ts';
import type { Catalog } from '../catalog.ts';

export interface HomeParts {
  readonly feed: Fetched<Result<PostPage>>;
  readonly requests: Fetched<RequestPage>;
  readonly counts: Fetched<OwnCounts>;
  /** The viewer, the authors of the posts, and the people of the requests. */
  readonly people: Authors;
}

/** How many posts, and how many friend requests: with the viewer, their people fit into one batch of 100. */
const FIRST_PAGE = { limit: 20, cursor: undefined } as const;

/** @throws UpstreamFailure when the feed fails; the other parts may be unavailable */
export async function loadHome(
  catalog: Catalog,
  viewer: OnBehalfOf,
  caller: Caller,
): Promise<HomeParts> {
  const page = { ...viewer, ...FIRST_PAGE };
  const lists = Promise.all([
    catalog.feed(page, caller),
    catalog.homeRequests({ ...page, direction: 'incoming' }, caller),
  ]);
  const named = lists.then(async ([feed, requests]) => {
    const posts = feed.value !== undefined && 'ok' in feed.value ? feed.value.ok.items : [];
    for (const { id, authorId } of posts) catalog.authorOf.set(id, authorId);
    const ids = [viewer.userId, ...(requests.value?.items ?? []).map(({ id }) => id)];
    // In the same turn of the event loop, so that one request has all of them.
    const [authors, others] = await Promise.all([
      authorsOf(catalog, feed, posts, caller),
      fetchAuthors(catalog, ids, caller),
    ]);
    return { feed, requests, people: new Map([...authors, ...others]) };
  });
  const [parts, counts] = await Promise.all([named, catalog.ownCounts(viewer, caller)]);
  return { ...parts, counts };
}
