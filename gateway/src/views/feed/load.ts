// What a feed is made of: a page of posts, and their authors in one question.
import type { PostPage } from 'contracts/types';
import type { Caller } from '../../upstream/engine/call.ts';
import type { OwnPage } from '../../upstream/social/viewer-page.ts';
import type { Outcome } from '../../upstream/outcome.ts';
import { authorsOf, type Authors } from '../authors.ts';
import type { Lookup } from '../data-source.ts';
import type { Parts } from '../catalog.ts';

export interface FeedParts {
  readonly page: Lookup<Outcome<PostPage>>;
  readonly authors: Authors;
}

/** @throws UpstreamFailure when Social fails */
export async function loadFeed(
  parts: Parts,
  question: OwnPage,
  caller: Caller,
): Promise<FeedParts> {
  const page = await parts.feed(question, caller);
  const items = page.value !== undefined && 'done' in page.value ? page.value.done.items : [];
  for (const { id, authorId } of items) parts.authorOf.set(id, authorId);
  return { page, authors: await authorsOf(parts, page, items, caller) };
}
