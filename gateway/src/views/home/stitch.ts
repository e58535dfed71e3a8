// Combines the parts of a home screen. Pure.
import type { Home, PostPage } from 'contracts/types';
import { stitchFeed } from '../feed/stitch.ts';
import { stitchPeople } from '../friends/stitch.ts';
import type { HomeParts } from './load.ts';

export const stitchHome = (
  viewerId: number,
  feed: PostPage,
  { requests, counts, people }: Pick<HomeParts, 'requests' | 'counts' | 'people'>,
): Home => ({
  me: { id: viewerId, username: people.get(viewerId)?.value?.username ?? null },
  feed: stitchFeed(feed, (id) => people.get(id)?.value),
  requests: requests.value ? stitchPeople(requests.value, (id) => people.get(id)) : null,
  counts: counts.value ?? null,
});
