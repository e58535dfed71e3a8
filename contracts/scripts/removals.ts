// What one value has and another one has not.
import { isDeepStrictEqual } from 'node:util';
import type { Json, JsonObject } from '../src/document.ts';

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * The places, as JSON pointers (RFC 6901), at which `revision` no longer has what `base` has. Additions are harmless:
 * consumers skip what they do not know. In a list, the order does not matter.
 */
export function removals(base: Json, revision: Json | undefined, place = '#'): string[] {
  if (Array.isArray(base)) {
    const items: readonly Json[] = Array.isArray(revision) ? revision : [];
    return base
      .filter((item: Json) => !items.some((other) => isDeepStrictEqual(item, other)))
      .map((item: Json) => `${place} ${JSON.stringify(item)}`);
  }
  if (isObject(base) && isObject(revision))
    return Object.entries(base).flatMap(([key, inner]) =>
      removals(inner, revision[key], `${place}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`),
    );
  return isDeepStrictEqual(base, revision) ? [] : [place];
}
