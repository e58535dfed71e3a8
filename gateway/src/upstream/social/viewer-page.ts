// A page of what is the viewer's: the same way to ask for it, whatever is on it.
import type { Guard } from 'contracts/guard';
import type { SizeLimits, Endpoint } from '../engine/endpoint.ts';
import { bearer, type OnBehalfOf } from '../on-behalf-of.ts';
import { done, rejections, type Result } from '../result.ts';

/** A page of what is the viewer's. */
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

/** @param keep only what the contract names: what else came along is not kept */
export function viewerPage<Q extends ViewerPageRequest, T>(
  name: string,
  path: (request: Q) => string,
  isPage: Guard<PageOf<T>>,
  keep: (item: T) => T,
  { list }: SizeLimits,
): Endpoint<Q, Result<PageOf<T>>> {
  return {
    name,
    target: (request) => pageTarget(path(request), request),
    headers: bearer,
    maxBytes: () => list,
    readers: {
      ...rejections(400, 401),
      200: (body, { limit }) => {
        if (!isPage(body) || body.items.length > limit) return undefined;
        return done({ items: body.items.map(keep), nextCursor: body.nextCursor });
      },
    },
  };
}
