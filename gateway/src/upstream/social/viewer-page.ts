// A page of what is the viewer's: the same way to ask for it, whatever is on it.
import type { Guard } from 'contracts/guard';
import type { Bounds, Operation } from '../engine/endpoint.ts';
import { bearer, type InName } from '../on-behalf-of.ts';
import { done, refusals, type Outcome } from '../outcome.ts';

/** A page of what is the viewer's. */
export interface OwnPage extends InName {
  readonly limit: number;
  readonly cursor: string | undefined;
}
const pageTarget = (path: string, { limit, cursor }: OwnPage): string =>
  `${path}limit=${limit}${cursor === undefined ? '' : `&cursor=${cursor}`}`;

interface PageOf<T> {
  items: T[];
  nextCursor: string | null;
}

/** @param keep only what the contract names: what else came along is not kept */
export function page<Q extends OwnPage, T>(
  name: string,
  path: (question: Q) => string,
  isPage: Guard<PageOf<T>>,
  keep: (item: T) => T,
  { list }: Bounds,
): Operation<Q, Outcome<PageOf<T>>> {
  return {
    name,
    target: (question) => pageTarget(path(question), question),
    headers: bearer,
    maxBytes: () => list,
    answers: {
      ...refusals(400, 401),
      200: (body, { limit }) => {
        if (!isPage(body) || body.items.length > limit) return undefined;
        return done({ items: body.items.map(keep), nextCursor: body.nextCursor });
      },
    },
  };
}
