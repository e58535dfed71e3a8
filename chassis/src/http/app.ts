// Makes an Express app from a list of routes: with 404, 405 and Allow, OPTIONS, and problem documents for all errors.
import express, { type ErrorRequestHandler, type Express, type Request } from 'express';
import { readJson } from './body.ts';
import { trustProxies } from './client-address.ts';
import { parseQuery } from './input.ts';
import { send, sendAllowed, sendProblem, type Answer } from './answer.ts';
import { requestContextOf } from './request-context.ts';
import { idsOf } from './request-log.ts';
import type { Logger } from '../observability/log.ts';
import { invalid, Problem } from './problem.ts';

/** The query parameters of a request, by their names. */
export type Query<Name extends string = string> = Readonly<Partial<Record<Name, string>>>;

interface RouteOf<Name extends string> {
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  readonly path: string;
  /**
   * The query parameters of the route, none when left out; an unknown or repeated parameter is a 400. `any` allows all
   * parameters and parses none.
   */
  readonly query?: readonly Name[] | 'any';
  /** Reads a JSON body into `req.body` first; without it a body is ignored. */
  readonly body?: true;
  /** Throws a Problem for errors that the client should see. */
  readonly handle: (req: Request, query: Query<Name>) => Answer | Promise<Answer>;
}

/** One method of one path. */
export type Route = RouteOf<string>;

/** Defines a route whose handler can read only the query parameters that `query` names. */
export const defineRoute = <const Name extends string>(route: RouteOf<Name>): Route => route;

export interface AppOptions {
  /** Most frequent routes first: Express tries them one by one. */
  readonly routes: readonly Route[];
  readonly log: Logger;
  /** Answers a GET of a path that no route has; undefined for a 404. */
  readonly fallback?: (req: Request) => Answer | undefined;
  /** Converts errors that the service knows into problems; undefined for other errors. */
  readonly toProblem?: (error: unknown) => Problem | undefined;
  /** Proxies whose X-Forwarded-For header is trusted; none when left out. See `clientAddressOf`. */
  readonly trustProxy?: readonly string[];
  /** Time limit for receiving a body, in milliseconds; 5 s when left out. */
  readonly bodyMs?: number;
}

/** Makes Express without features that cost time and are not used: ETag, query parser, X-Powered-By. */
function bareExpress(): Express {
  const app = express();
  app.disable('x-powered-by');
  app.set('etag', false);
  app.set('query parser', false);
  // Each resource has one address.
  app.enable('strict routing');
  app.enable('case sensitive routing');
  return app;
}

/** In metrics and log lines, the route of all answers of `fallback`. */
const FALLBACK = '/*';

const allowHeader = (methods: Iterable<string>): string =>
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
  fallback = () => undefined,
  toProblem = () => undefined,
  trustProxy = [],
  bodyMs,
}: AppOptions): Express {
  const app = bareExpress();
  trustProxies(app, trustProxy);

  for (const { method, path, query: names = [], body, handle } of routes) {
    app[method](path, async (req, res) => {
      requestContextOf(req).route = path;
      const query = names === 'any' ? {} : parseQuery(req.url, names);
      if (body) {
        await readJson(req, res, bodyMs);
        requestContextOf(req).bodyReadAt = performance.now();
      }
      send(req, res, await handle(req, query));
    });
  }
  for (const [path, same] of Map.groupBy(routes, (route) => route.path)) {
    const allow = allowHeader(same.map((route) => route.method));
    // Not `app.all`, which makes a handler for each of 34 methods.
    app.route(path).all((req, res) => {
      requestContextOf(req).route = path;
      if (req.method === 'OPTIONS') sendAllowed(res, allow);
      else
        throw new Problem('method-not-allowed', `This path does not support ${req.method}`, {
          headers: { Allow: allow },
        });
    });
  }
  app.use((req, res) => {
    const answer = req.method === 'GET' || req.method === 'HEAD' ? fallback(req) : undefined;
    if (answer === undefined) throw new Problem('not-found', 'There is no such path');
    requestContextOf(req).route = FALLBACK;
    send(req, res, answer);
  });

  const onError: ErrorRequestHandler = (error: unknown, req, res, _next) => {
    if (res.headersSent) {
      logBug(error, req, log);
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

/** Converts errors that `toProblem` does not know: a path that cannot be decoded is a 400, other errors are bugs. */
function problemOf(error: unknown, req: Request, log: Logger): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof URIError) return invalid('/path', 'expected well-formed percent-encoding');
  logBug(error, req, log);
  return new Problem('internal', 'The request could not be answered');
}

function logBug(error: unknown, req: Request, log: Logger): void {
  const context = requestContextOf(req);
  const line = { ...idsOf(context), route: context.route, err: error };
  log.error(line, 'unexpected error in a request; this is a bug');
}
