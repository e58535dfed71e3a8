// Endpoints for pages that belong to the viewer: the feed, friends, friend requests.
import type { Guard } from 'contracts/guard';
import type { SizeLimits, Endpoint } from '../engine/endpoint.ts';
import { socialBearer, type OnBehalfOf } from '../on-behalf-of.ts';
import { bearerRejections, ok, type Result } from '../result.ts';

/** Requests a page that belongs to the viewer. */
export interface ViewerPageRequest extends OnBehalfOf {
  readonly limit: number;
  readonly cursor: string | undefined;
}
const pageTarget = (path: string, { limit, cursor }: ViewerPageRequest): string =>
  `${path}limit=${limit}${cursor === undefined ? '' : `&cursor=${cursor}`}`;

interface PageOf<T> {
  items: T[];
  nextCursor: string | null;
}

/** @param pick drops fields of an item that the contract does not name */
export function viewerPage<Q extends ViewerPageRequest, T>(
  name: string,
  path: (request: Q) => string,
  isPage: Guard<PageOf<T>>,
  pick: (item: T) => T,
  { list }: SizeLimits,
): Endpoint<Q, Result<PageOf<T>>> {
  return {
    name,
    target: (request) => pageTarget(path(request), request),
    headers: socialBearer,
    maxBytes: () => list,
    readers: {
      ...bearerRejections(400),
      200: (body, { limit }) => {
        if (!isPage(body) || body.items.length > limit) return undefined;
        return ok({ items: body.items.map(pick), nextCursor: body.nextCursor });
      },
    },
  };
}
