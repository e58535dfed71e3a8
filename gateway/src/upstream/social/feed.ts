// The viewer's feed at Social.
import { schemaGuard } from 'contracts/guard';
import type { Post, PostPage } from 'contracts/types';
import type { Bounds } from '../engine/endpoint.ts';
import { keepPost, type Include } from './posts.ts';
import { page, type OwnPage } from './viewer-page.ts';

const isPostPage = schemaGuard<PostPage>('social', 'PostPage');

export const getFeed = (bounds: Bounds, include: Include) =>
  page<OwnPage, Post>(
    'feed',
    () => (include === 'author' ? '/api/feed?include=author&' : '/api/feed?'),
    isPostPage,
    keepPost,
    bounds,
  );
