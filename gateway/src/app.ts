// The gateway's public app: its routes, and the problem for each failure of an upstream. The app does not listen.
import { createApp as createChassisApp, type AppOptions } from 'chassis/http/app';
import { withDeprecations } from 'chassis/http/deprecation';
import { Problem, type ProblemSlug } from 'chassis/http/problem';
import { deprecationsOf, loadDocument } from 'contracts/document';
import type { Express } from 'express';
import type { RouteContext } from './routes/context.ts';
import { authRoutes } from './routes/auth.ts';
import { docsRoutes } from './routes/docs.ts';
import { feedRoutes } from './routes/feed.ts';
import { friendRoutes } from './routes/friends.ts';
import { liveRoutes } from './routes/live.ts';
import { meRoutes } from './routes/me.ts';
import { postReadRoutes, postWriteRoutes } from './routes/posts.ts';
import { userRoutes } from './routes/users.ts';
import type { WebApp } from './web-app.ts';
import { proxyMember, UpstreamFailure } from './upstream/engine/failure.ts';

/** @param webApp left out when there is none to serve */
export const createApp = (
  context: RouteContext,
  options: Pick<AppOptions, 'log' | 'trustProxy'>,
  webApp?: WebApp,
): Express =>
  createChassisApp({
    // The most frequent first: Express tries the routes in order.
    routes: withDeprecations(
      [
        ...postReadRoutes(context),
        ...feedRoutes(context),
        ...userRoutes(context),
        ...postWriteRoutes(context),
        ...friendRoutes(context),
        ...meRoutes(context),
        ...liveRoutes(context),
        ...authRoutes(context),
        ...docsRoutes(),
        ...(webApp?.routes ?? []),
      ].map((route) => context.limits.byAddress(route)),
      deprecationsOf(loadDocument('gateway')),
    ),
    ...(webApp && { fallback: webApp.fallback }),
    toProblem,
    ...options,
  });

const DETAILS = {
  'upstream-invalid': 'sent a response that cannot be used',
  'upstream-unavailable': 'is not available at the moment',
  'upstream-timeout': 'did not respond in time',
  'outcome-unknown':
    'was sent the request, but its response was lost: check whether it was done, or repeat it, with its Idempotency-Key if it had one',
} satisfies Partial<Record<ProblemSlug, string>>;

/** The problem for a required part, or a write, that failed. It holds only what a client may know. */
function toProblem(error: unknown): Problem | undefined {
  if (!(error instanceof UpstreamFailure)) return undefined;
  const slug = error.uncertain ? 'outcome-unknown' : error.descriptor.slug;
  const headers: Record<string, string> = { 'Proxy-Status': proxyMember(error) };
  if (slug !== 'upstream-invalid') headers['Retry-After'] = String(error.retryAfterS);
  return new Problem(slug, `The ${error.upstream} service ${DETAILS[slug]}`, {
    headers,
    cause: error,
    reason: `${error.upstream}: ${error.kind}`,
  });
}
