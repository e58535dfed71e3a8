// The one shape of asking for things by their ids, whichever they are: one by its own address, several as a list.
import type { Guard } from 'contracts/guard';
import type { SizeLimits, Endpoint } from './engine/endpoint.ts';

export interface EntitiesById<T> {
  readonly name: string;
  /** The address of all of them, such as /api/users. */
  readonly path: string;
  readonly isOne: Guard<T>;
  readonly isList: Guard<{ readonly items: readonly T[] }>;
  /** Only by a list, also when it is one. */
  readonly listOnly?: true;
  /** Added to every address, such as include=author. */
  readonly query?: string;
  /** Only what the contract names: what else came along is not kept. */
  readonly pick: (thing: T) => T;
}

/** What is not in the map does not exist. */
export function byIds<T extends { readonly id: number }>(
  { name, path, isOne, isList, pick, listOnly, query }: EntitiesById<T>,
  bounds: SizeLimits,
): Endpoint<readonly number[], ReadonlyMap<number, T>> {
  const mapOf = (things: readonly T[]): { readonly value: ReadonlyMap<number, T> } => ({
    value: new Map(things.map((thing) => [thing.id, pick(thing)])),
  });
  const isSingle = (ids: readonly number[]): boolean => ids.length === 1 && !listOnly;
  const target = (ids: readonly number[]): string =>
    isSingle(ids)
      ? `${path}/${ids[0]}${query === undefined ? '' : `?${query}`}`
      : `${path}?ids=${ids.join(',')}${query === undefined ? '' : `&${query}`}`;
  return {
    name,
    target,
    maxBytes: (ids) => (isSingle(ids) ? bounds.one : bounds.list),
    readers: {
      200: (body, ids) => {
        if (isSingle(ids)) return isOne(body) && body.id === ids[0] ? mapOf([body]) : undefined;
        return isList(body) ? mapOf(body.items) : undefined;
      },
      // A page of somebody in between is no word of theirs.
      404: (body, ids) => (isSingle(ids) && body !== undefined ? mapOf([]) : undefined),
    },
  };
}
