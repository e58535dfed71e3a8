// An Express app from a list of routes: 404, 405 with Allow, OPTIONS, and every error as a problem document.
import express, { type ErrorRequestHandler, type Express, type Request } from 'express';
import { readJson } from './body.ts';
import { send, sendAllowed, sendProblem, type Answer } from './answer.ts';
import { requestContextOf } from './request-context.ts';
import type { Logger } from '../observability/log.ts';
import { invalid, Problem } from './problem.ts';

/** One method of one path. `handle` throws a Problem for what the client should hear. */
export interface Route {
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  readonly path: string;
  /** A JSON body is read into `req.body` first; without it a body is not looked at. */
  readonly body?: true;
  readonly handle: (req: Request) => Answer | Promise<Answer>;
}

export interface AppOptions {
  /** In the order of how often they are asked: Express looks at them one by one. */
  readonly routes: readonly Route[];
  readonly log: Logger;
  /** Turns an error of the app's own kind into a problem; undefined for what it does not know. */
  readonly toProblem?: (error: unknown) => Problem | undefined;
  /** Who in front of us may say, by X-Forwarded-For, which address a client has (`req.ip`); nobody when left out. */
  readonly trustProxy?: readonly string[];
  /** How long a body may take to come, in milliseconds; 5 s when left out. */
  readonly bodyMs?: number;
}

/** Express without what costs and is not used here: its ETag, its query parser, its name in every answer. */
function bareExpress(): Express {
  const app = express();
  app.disable('x-powered-by');
  app.set('etag', false);
  app.set('query parser', false);
  // One thing has one address.
  app.enable('strict routing');
  app.enable('case sensitive routing');
  return app;
}

const allowed = (methods: Iterable<string>): string =>
  [
    ...new Set(
      [...methods].flatMap((method) =>
        method === 'get' ? ['GET', 'HEAD'] : [method.toUpperCase()],
      ),
    ),
    'OPTIONS',
  ].join(', ');

/** Makes the app; it does not listen. */
export function createApp({
  routes,
  log,
  toProblem = () => undefined,
  trustProxy = [],
  bodyMs,
}: AppOptions): Express {
  const app = bareExpress();
  app.set('trust proxy', trustProxy);

  for (const { method, path, body, handle } of routes) {
    app[method](path, async (req, res) => {
      requestContextOf(req).route = path;
      if (body) {
        await readJson(req, res, bodyMs);
        requestContextOf(req).bodyReadAt = performance.now();
      }
      send(req, res, await handle(req));
    });
  }
  for (const [path, same] of Map.groupBy(routes, (route) => route.path)) {
    const allow = allowed(same.map((route) => route.method));
    app.all(path, (req, res) => {
      requestContextOf(req).route = path;
      if (req.method === 'OPTIONS') sendAllowed(res, allow);
      else
        throw new Problem('method-not-allowed', `${req.method} is not possible here`, {
          headers: { Allow: allow },
        });
    });
  }
  app.use(() => {
    throw new Problem('not-found', 'There is nothing at this address');
  });

  const onError: ErrorRequestHandler = (error: unknown, req, res, _next) => {
    if (res.headersSent) {
      res.destroy();
      return;
    }
    const problem = toProblem(error) ?? problemOf(error, req, log);
    requestContextOf(req).failure = problem.reason ?? problem.slug;
    sendProblem(req, res, problem);
  };
  app.use(onError);
  return app;
}

/** What no app knows better: a Problem is itself, a path that cannot be decoded is the client's fault, the rest is a bug. */
function problemOf(error: unknown, req: Request, log: Logger): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof URIError) return invalid('/path', 'expected well-formed percent-encoding');
  const { requestId, traceparent, route } = requestContextOf(req);
  log.error({ requestId, traceparent, route, err: error }, 'a request failed by a bug');
  return new Problem('internal', 'The request could not be answered');
}
