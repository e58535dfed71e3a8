// The app of the admin listener: /metrics, /healthz, /readyz. The public listener serves none of them.
import type { Express } from 'express';
import { type AppOptions, createApp, type Route } from '../http/app.ts';
import type { Logger } from '../observability/log.ts';
import type { AdminAccess } from './access.ts';
import { logLevelRoutes } from './log-level.ts';
import type { Metrics } from '../observability/metrics.ts';
import { requestContextOf } from '../http/request-context.ts';
import { Problem } from '../http/problem.ts';
import { requireOwnHost } from './same-origin.ts';

/** Returns why a process cannot do its work now; undefined when it can. */
export type Readiness = () => Promise<string | undefined> | string | undefined;

export interface AdminOptions {
  /** The version of the service's contract, for /readyz and the metric `build_info`. */
  readonly version?: string;
  readonly metrics: Metrics;
  readonly log: Logger;
  readonly readiness: Readiness;
  /** Checks every request but those for health and readiness. */
  readonly access: AdminAccess;
  /** Returns what an operator should know although the process is ready; undefined when there is nothing. */
  readonly notice?: () => string | undefined;
  readonly routes?: readonly Route[];
  /** Host names of this process, beside addresses and names of private networks. */
  readonly names?: readonly string[];
  readonly toProblem?: AppOptions['toProblem'];
}

/** Makes the app; it does not listen. */
export function createAdminApp(options: AdminOptions): Express {
  const {
    version,
    metrics,
    log,
    readiness,
    access,
    notice,
    routes = [],
    names,
    toProblem,
  } = options;
  if (version !== undefined)
    metrics
      .gauge('build_info', 'Always 1; the version is that of the contract.', ['version'])
      .set({ version }, 1);
  // Probes of balancers and orchestrators have no token.
  const open: Route[] = [
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
        return { body: { status: 'ready', version, notice: notice?.() }, cache: 'no-store' };
      },
    },
  ];
  const metricsRoute: Route = {
    method: 'get',
    path: '/metrics',
    handle: async (req) => {
      // Prometheus accepts gzip: a tenth of the bytes, every few seconds.
      requestContextOf(req).compresses = true;
      return { body: await metrics.text(), type: metrics.contentType, cache: 'no-store' };
    },
  };
  const guarded = [metricsRoute, ...logLevelRoutes(log), ...routes].map((route): Route =>
    Object.assign({}, route, {
      handle: ((req, query) => {
        access(req);
        return route.handle(req, query);
      }) satisfies Route['handle'],
    }),
  );
  return createApp({
    routes: [...open, ...guarded].map((route) => adminRoute(route, names)),
    log,
    ...(toProblem && { toProblem }),
  });
}

/** Makes a route refuse requests for hosts that are not ours. */
const adminRoute = (route: Route, names: readonly string[] | undefined): Route => ({
  // People and tools add query parameters of their own, for example to bypass caches.
  query: 'any',
  ...route,
  handle(req, query) {
    requireOwnHost(req, names);
    return route.handle(req, query);
  },
});
