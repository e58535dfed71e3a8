// Builds a running gateway from its settings.
import { adminAccess } from 'chassis/admin/access';
import { createLogger } from 'chassis/observability/log';
import { createAdmission } from 'chassis/http/admission';
import { edge } from 'chassis/http/edge';
import { messageClassesOf } from 'chassis/http/request-context';
import { createMetrics } from 'chassis/observability/metrics';
import { openTracing } from 'chassis/observability/tracing';
import { serve, type Running } from 'chassis/process/process';
import { readSettings } from 'chassis/settings/settings';
import { shownSettings } from 'chassis/settings/shown';
import { loadDocument } from 'contracts/document';
import { createHistory } from './admin/history.ts';
import { adminRoutes } from './admin/routes.ts';
import { createApp } from './app.ts';
import { settings as schema } from './config.ts';
import { headersFor } from './response-headers.ts';
import { createObserver } from './metrics.ts';
import { createClientLimits } from './session/client-limits.ts';
import { loadWebApp } from './web-app.ts';
import { wire } from './wire/wire.ts';

/**
 * Starts a gateway. It is ready at once, because it needs nothing from its upstreams before the first request.
 * @param makeLog replaced by tests that read the log
 * @throws SettingsError, ListenError
 */
export async function start(
  env: Readonly<Record<string, string | undefined>>,
  makeLog: typeof createLogger = createLogger,
): Promise<Running> {
  const settings = readSettings(schema, env);
  adminAccess(settings); // Refuses the start before anything is opened.
  const log = makeLog('gateway', settings.LOG_LEVEL);
  const metrics = createMetrics();
  const tracing = await openTracing('gateway', settings);
  const observer = createObserver(metrics, log);
  const webApp = settings.WEB === 'on' ? loadWebApp() : undefined;
  if (settings.WEB === 'on' && webApp === undefined)
    log.warn('the web app is not built, so / is a 404: npm run build -w web, or set WEB=off');
  const history = createHistory(metrics);
  const wiring = wire(settings, { observer, metrics, log });
  const app = createApp(
    {
      catalog: wiring.catalog,
      commands: wiring.commands,
      sessions: wiring.sessions,
      live: wiring.live,
      friendPage: wiring.friendPage,
      limits: createClientLimits({
        requestsPerAddress: settings.REQUESTS_PER_ADDRESS,
        requestsPerUser: settings.REQUESTS_PER_USER,
        writesPerUser: settings.WRITES_PER_USER,
      }),
      requestDeadlineMs: settings.REQUEST_DEADLINE_MS,
      onDegraded: (part, reason) => observer.degraded(part, reason),
    },
    { log, trustProxy: settings.TRUST_PROXY },
    webApp,
  );
  const { version } = loadDocument('gateway').info;
  const admission = createAdmission({
    metrics,
    maxInFlight: settings.MAX_IN_FLIGHT,
    onShed: () => observer.overload(),
  });
  return serve({
    handler: edge(app, {
      metrics,
      log,
      tracing,
      accessLog: settings.ACCESS_LOG,
      admission,
      compresses: true,
      headersOf: headersFor(settings.CORS_ORIGINS, settings.PUBLIC_ORIGIN),
    }),
    admission,
    messages: messageClassesOf(app),
    settings,
    version,
    metrics,
    log,
    routes: adminRoutes(wiring, { version, settings: shownSettings(schema, env) }, history, log),
    onStopping: () => wiring.live.stop(),
    async close() {
      history.close();
      await wiring.close();
      await tracing?.close();
    },
  });
}
