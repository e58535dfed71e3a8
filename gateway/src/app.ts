// The gateway's public app: its routes, the hottest first, and how an upstream's failure is told. It never listens.
import { createApp as createChassisApp, type AppOptions } from 'chassis/http/app';
import { Problem, type ProblemSlug } from 'chassis/http/problem';
import type { Express } from 'express';
import type { RouteContext } from './routes/context.ts';
import { authRoutes } from './routes/auth.ts';
import { docsRoutes } from './routes/docs.ts';
import { feedRoutes } from './routes/feed.ts';
import { friendRoutes } from './routes/friends.ts';
import { meRoutes } from './routes/me.ts';
import { postWritingRoutes } from './routes/post-writing.ts';
import { postRoutes } from './routes/posts.ts';
import { userRoutes } from './routes/users.ts';
import { proxyMember, UpstreamFailure } from './upstream/engine/failure.ts';

export const createApp = (
  context: RouteContext,
  options: Pick<AppOptions, 'log' | 'trustProxy'>,
): Express =>
  createChassisApp({
    routes: [
      ...postRoutes(context),
      ...feedRoutes(context),
      ...userRoutes(context),
      ...postWritingRoutes(context),
      ...friendRoutes(context),
      ...meRoutes(context),
      ...authRoutes(context),
      ...docsRoutes(),
    ],
    toProblem,
    ...options,
  });

const DETAILS = {
  'upstream-invalid': 'gave an answer that cannot be used',
  'upstream-unavailable': 'cannot be asked at the moment',
  'upstream-timeout': 'did not answer in time',
  'outcome-unknown':
    'was told, but its answer was lost: look whether it was done, or repeat it with its Idempotency-Key',
} satisfies Partial<Record<ProblemSlug, string>>;

/** A required part, or a write, failed: what the client may know of it. Nothing of the inside shows. */
function toProblem(error: unknown): Problem | undefined {
  if (!(error instanceof UpstreamFailure)) return undefined;
  const slug = error.uncertain ? 'outcome-unknown' : error.descriptor.slug;
  const headers: Record<string, string> = { 'Proxy-Status': proxyMember(error) };
  if (slug === 'upstream-unavailable') headers['Retry-After'] = String(error.retryAfterS);
  return new Problem(slug, `The ${error.upstream} service ${DETAILS[slug]}`, {
    headers,
    cause: error,
    reason: `${error.upstream}: ${error.kind}`,
  });
}
