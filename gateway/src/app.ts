// The gateway's public app: its routes, the hottest first, and how an upstream's failure is told. It never listens.
import { createApp as createChassisApp } from 'chassis/app';
import type { Logger } from 'chassis/log';
import { Problem, type ProblemSlug } from 'chassis/problem';
import type { Express } from 'express';
import type { Context } from './routes/context.ts';
import { docsRoutes } from './routes/docs.ts';
import { postRoutes } from './routes/posts.ts';
import { userRoutes } from './routes/users.ts';
import { UpstreamFailure } from './upstream/failure.ts';
import { proxyMember } from './views/status.ts';

export const createApp = (context: Context, log: Logger): Express =>
  createChassisApp({
    routes: [...postRoutes(context), ...userRoutes(context), ...docsRoutes()],
    log,
    toProblem,
  });

const DETAILS = {
  'upstream-invalid': 'gave an answer that cannot be used',
  'upstream-unavailable': 'cannot be asked at the moment',
  'upstream-timeout': 'did not answer in time',
} satisfies Partial<Record<ProblemSlug, string>>;

/** A required part failed: what the client may know of it. Nothing of the inside shows. */
function toProblem(error: unknown): Problem | undefined {
  if (!(error instanceof UpstreamFailure)) return undefined;
  const { slug } = error.facts;
  const headers: Record<string, string> = { 'Proxy-Status': proxyMember(error) };
  if (slug === 'upstream-unavailable') headers['Retry-After'] = String(error.retryAfterS);
  return new Problem(slug, `The ${error.upstream} service ${DETAILS[slug]}`, {
    headers,
    cause: error,
    reason: `${error.upstream}: ${error.kind}`,
  });
}
