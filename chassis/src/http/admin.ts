// The admin listener's app: /metrics, /healthz, /readyz. Nothing of it is reachable through the public listener.
import type { Express } from 'express';
import { type AppOptions, createApp, type Route } from './app.ts';
import type { Logger } from '../observability/log.ts';
import type { Metrics } from '../observability/metrics.ts';
import { Problem } from './problem.ts';

/** Why a process cannot do its work now, in a few words; undefined when it can. */
export type Readiness = () => Promise<string | undefined> | string | undefined;

export interface AdminOptions {
  readonly metrics: Metrics;
  readonly log: Logger;
  readonly readiness: Readiness;
  readonly routes?: readonly Route[];
  readonly toProblem?: AppOptions['toProblem'];
}

/** Makes the app; it does not listen. */
export function createAdminApp(options: AdminOptions): Express {
  const { metrics, log, readiness, routes = [], toProblem } = options;
  const standard: Route[] = [
    {
      method: 'get',
      path: '/healthz',
      handle: () => ({ body: { status: 'alive' }, cache: 'no-store' }),
    },
    {
      method: 'get',
      path: '/readyz',
      handle: async () => {
        const reason = await readiness();
        if (reason !== undefined)
          throw new Problem('not-ready', reason, { headers: { 'Retry-After': '1' } });
        return { body: { status: 'ready' }, cache: 'no-store' };
      },
    },
    {
      method: 'get',
      path: '/metrics',
      handle: async () => ({
        body: await metrics.text(),
        type: metrics.contentType,
        cache: 'no-store',
      }),
    },
  ];
  return createApp({
    // People and tools add parameters of their own here, against caches for one.
    routes: [...standard, ...routes].map((each) => Object.assign({ query: 'any' as const }, each)),
    log,
    ...(toProblem && { toProblem }),
  });
}
