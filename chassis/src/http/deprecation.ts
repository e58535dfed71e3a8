// Deprecated routes say so on the wire: Deprecation (RFC 9745) and Sunset (RFC 8594).
import type { Route } from './app.ts';
import type { HeaderFields } from './problem.ts';
import { requestContextOf } from './request-context.ts';

/**
 * Returns the routes, whose deprecated ones add their headers to every answer of their handlers, problems included.
 * @param deprecations headers by method and path, such as `get /api/users/{id}`; each must have a route
 * @throws Error for a deprecation without a route
 */
export function withDeprecations(
  routes: readonly Route[],
  deprecations: ReadonlyMap<string, HeaderFields>,
): Route[] {
  const known = new Set(routes.map(keyOf));
  for (const key of deprecations.keys())
    if (!known.has(key)) throw new Error(`${key} is deprecated, and has no route`);
  return routes.map((route) => {
    const headers = deprecations.get(keyOf(route));
    return headers === undefined ? route : deprecated(route, headers);
  });
}

const keyOf = ({ method, path }: Route): string =>
  `${method} ${path.replaceAll(/:(\w+)/g, '{$1}')}`;

const deprecated = (route: Route, deprecation: HeaderFields): Route => ({
  ...route,
  handle(req, query) {
    const context = requestContextOf(req);
    context.headers = { ...context.headers, ...deprecation };
    return route.handle(req, query);
  },
});
