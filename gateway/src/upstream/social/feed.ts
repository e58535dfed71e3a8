// The viewer's feed at Social.
import type { Post, PostPage } from 'contracts/types';
import { socialAnswer } from '../expectations.ts';
import type { SizeLimits } from '../engine/endpoint.ts';
import { pickPost, type Include } from './posts.ts';
import { viewerPage, type ViewerPageRequest } from './viewer-page.ts';

const isPostPage = socialAnswer<PostPage>('PostPage');

export const getFeed = (limits: SizeLimits, include: Include) =>
  viewerPage<ViewerPageRequest, Post>(
    'feed',
    () => (include === 'author' ? '/api/feed?include=author&' : '/api/feed?'),
    isPostPage,
    pickPost,
    limits,
  );
