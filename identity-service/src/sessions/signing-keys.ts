// Decides by age alone which key signs, which keys are published and which can be deleted.
// All times are in milliseconds since the epoch.

import { MAX_TOKEN_LIFETIME_S } from 'contracts/tokens';

/** How long a new key is published before it signs, so that services that cache the keys know it by then. */
export const KEY_LEAD_MS = 60_000;

/** How long a superseded key stays published: the lifetime of its last token, and one minute for clock differences. */
const KEY_RETENTION_MS = MAX_TOKEN_LIFETIME_S * 1000 + 60_000;

export interface DatedKey {
  /** The key's id, in the header of each token. */
  readonly kid: string;
  readonly createdAt: number;
}

export interface KeysAt<K> {
  /** The key that signs; undefined only if there are no keys. */
  readonly signing: K | undefined;
  /** The signing key, future keys, and keys whose tokens may still be valid. */
  readonly published: readonly K[];
  /** Keys whose tokens have all expired. */
  readonly expired: readonly K[];
}

/** Sorts keys by what they are for at `now`. Pure; the result does not depend on the order of `keys`. */
export function keysAt<K extends DatedKey>(keys: readonly K[], now: number): KeysAt<K> {
  const byAge = keys.toSorted((a, b) => a.createdAt - b.createdAt || (a.kid < b.kid ? -1 : 1));
  const signsFrom = (key: K | undefined): number =>
    key === undefined ? Infinity : key.createdAt + KEY_LEAD_MS;
  // If no key is old enough to sign, the oldest one signs.
  const signing = byAge.findLast((key) => signsFrom(key) <= now) ?? byAge[0];
  const isExpired = (_: K, index: number): boolean =>
    signsFrom(byAge[index + 1]) + KEY_RETENTION_MS <= now;
  return {
    signing,
    published: byAge.filter((key, index) => !isExpired(key, index)),
    expired: byAge.filter(isExpired),
  };
}
