// The viewer's feed at Social.
import { schemaGuard } from 'contracts/guard';
import type { Post, PostPage } from 'contracts/types';
import type { SizeLimits } from '../engine/endpoint.ts';
import { pickPost, type Include } from './posts.ts';
import { viewerPage, type ViewerPageRequest } from './viewer-page.ts';

const isPostPage = schemaGuard<PostPage>('social', 'PostPage');

export const getFeed = (limits: SizeLimits, include: Include) =>
  viewerPage<ViewerPageRequest, Post>(
    'feed',
    () => (include === 'author' ? '/api/feed?include=author&' : '/api/feed?'),
    isPostPage,
    pickPost,
    limits,
  );
