// Endpoints that read entities by their ids: a single id by the address of that entity, several ids as a list.
import type { Guard } from 'contracts/guard';
import type { SizeLimits, Endpoint } from './engine/endpoint.ts';
import { problemIn } from './engine/problem-document.ts';

export interface EntityOptions<T> {
  readonly name: string;
  /** The address of the collection, such as /api/users. */
  readonly path: string;
  readonly isOne: Guard<T>;
  readonly isList: Guard<{ readonly items: readonly T[] }>;
  /** Requests a single id as a list, too. */
  readonly listOnly?: true;
  /** Added to every address, such as include=author. */
  readonly query?: string;
  /** Drops fields that the contract does not name. */
  readonly pick: (entity: T) => T;
}

/** An id that is absent from the map does not exist. */
export function byIds<T extends { readonly id: number }>(
  { name, path, isOne, isList, pick, listOnly, query }: EntityOptions<T>,
  limits: SizeLimits,
): Endpoint<readonly number[], ReadonlyMap<number, T>> {
  const mapOf = (entities: readonly T[]): { readonly value: ReadonlyMap<number, T> } => ({
    value: new Map(entities.map((entity) => [entity.id, pick(entity)])),
  });
  const isSingle = (ids: readonly number[]): boolean => ids.length === 1 && !listOnly;
  const target = (ids: readonly number[]): string =>
    isSingle(ids)
      ? `${path}/${ids[0]}${query === undefined ? '' : `?${query}`}`
      : `${path}?ids=${ids.join(',')}${query === undefined ? '' : `&${query}`}`;
  return {
    name,
    target,
    maxBytes: (ids) => (isSingle(ids) ? limits.one : limits.list),
    readers: {
      200: (body, ids) => {
        if (isSingle(ids)) return isOne(body) && body.id === ids[0] ? mapOf([body]) : undefined;
        return isList(body) ? mapOf(body.items) : undefined;
      },
      404: (body, ids) =>
        isSingle(ids) && problemIn(body, 404)?.slug === 'not-found' ? mapOf([]) : undefined,
    },
  };
}
