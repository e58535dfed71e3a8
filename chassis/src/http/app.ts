// An Express app from a list of routes: 404, 405 with Allow, OPTIONS, and every error as a problem document.
import { IncomingMessage, ServerResponse, type ServerOptions } from 'node:http';
import express, { type ErrorRequestHandler, type Express, type Request } from 'express';
import { readJson } from './body.ts';
import { parseQuery } from './input.ts';
import { send, sendAllowed, sendProblem, type Answer } from './answer.ts';
import { requestContextOf } from './request-context.ts';
import type { Logger } from '../observability/log.ts';
import { invalid, Problem } from './problem.ts';

/** The query parameters of a request, by their names. */
export type Query<Name extends string = string> = Readonly<Partial<Record<Name, string>>>;

interface RouteOf<Name extends string> {
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  readonly path: string;
  /**
   * The query parameters that the route takes, none when left out; an unknown or repeated one is a 400. `any` takes
   * whatever comes and looks at nothing.
   */
  readonly query?: readonly Name[] | 'any';
  /** Reads a JSON body into `req.body` first; without it a body is ignored. */
  readonly body?: true;
  /** Throws a Problem for what the client should hear. */
  readonly handle: (req: Request, query: Query<Name>) => Answer | Promise<Answer>;
}

/** One method of one path. */
export type Route = RouteOf<string>;

/** A route whose handler may read no other query parameters than those that `query` names. */
export const defineRoute = <const Name extends string>(given: RouteOf<Name>): Route => given;

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

/** The classes of requests and responses that Node makes for an app. */
export type MessageClasses = Pick<ServerOptions, 'IncomingMessage' | 'ServerResponse'>;

/**
 * Classes whose instances already have the prototypes that Express would give each request and response when it
 * arrives. Changing the prototype of a living object undoes what V8 has learnt of it: a sixth of a small request's cost.
 */
export function messageClassesOf(app: Express): MessageClasses {
  class AppRequest extends IncomingMessage {}
  class AppResponse extends ServerResponse {}
  Object.setPrototypeOf(AppRequest.prototype, app.request);
  Object.setPrototypeOf(AppResponse.prototype, app.response);
  app.request = AppRequest.prototype as unknown as typeof app.request;
  app.response = AppResponse.prototype as unknown as typeof app.response;
  return { IncomingMessage: AppRequest, ServerResponse: AppResponse as typeof ServerResponse };
}
