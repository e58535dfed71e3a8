// The parts of a feed: a page of posts, and their authors in one request.
import type { PostPage } from 'contracts/types';
import type { Caller } from '../../upstream/engine/call.ts';
import type { ViewerPageRequest } from '../../upstream/social/viewer-page.ts';
import type { Result } from '../../upstream/result.ts';
import { authorsOf, type Authors } from '../authors.ts';
import type { Fetched } from '../data-source.ts';
import type { Catalog } from '../catalog.ts';

export interface FeedParts {
  readonly page: Fetched<Result<PostPage>>;
  readonly authors: Authors;
}

/** @throws UpstreamFailure when Social fails */
export async function loadFeed(
  catalog: Catalog,
  request: ViewerPageRequest,
  caller: Caller,
): Promise<FeedParts> {
  const page = await catalog.feed(request, caller);
  const items = page.value !== undefined && 'ok' in page.value ? page.value.ok.items : [];
  for (const { id, authorId } of items) catalog.authorOf.set(id, authorId);
  return { page, authors: await authorsOf(catalog, page, items, caller) };
}
