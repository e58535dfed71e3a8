// Which key signs, which are published, which can go: a matter of their ages alone.
// All times are milliseconds since the epoch.

/** How long an access token is good, in seconds. */
export const TOKEN_LIFETIME_S = 300;

/** A new key is published for so long before it signs, so that who caches the keys knows it by then. */
export const KEY_LEAD_MS = 60_000;

/** What a superseded key stays published for: its last token's life, and a minute for clocks that differ. */
const KEY_KEPT_MS = TOKEN_LIFETIME_S * 1000 + 60_000;

/** How old a key is, and its name (the `kid` of a token's header). */
export interface DatedKey {
  readonly kid: string;
  readonly createdAt: number;
}

export interface KeysAt<K> {
  /** Undefined only when there is no key at all. */
  readonly signing: K | undefined;
  /** The signing one, those to come, and those whose tokens may still be good. */
  readonly published: readonly K[];
  /** No token of theirs is good any more. */
  readonly expired: readonly K[];
}

/** Pure, and the same on every instance, whatever the order of `keys`. */
export function keysAt<K extends DatedKey>(keys: readonly K[], now: number): KeysAt<K> {
  const byAge = keys.toSorted((a, b) => a.createdAt - b.createdAt || (a.kid < b.kid ? -1 : 1));
  const signsFrom = (key: K | undefined): number =>
    key === undefined ? Infinity : key.createdAt + KEY_LEAD_MS;
  // The first one has nobody to wait for.
  const signing = byAge.findLast((key) => signsFrom(key) <= now) ?? byAge[0];
  const isExpired = (_: K, at: number): boolean => signsFrom(byAge[at + 1]) + KEY_KEPT_MS <= now;
  return {
    signing,
    published: byAge.filter((key, at) => !isExpired(key, at)),
    expired: byAge.filter(isExpired),
  };
}
