// Identity's public keys, with which the gateway verifies tokens.
import { createRemoteKeys } from 'chassis/auth/remote-keys';
import { getKeys } from '../upstream/identity/keys.ts';
import { backgroundCaller } from '../upstream/engine/call.ts';
import type { SizeLimits } from '../upstream/engine/endpoint.ts';
import { UpstreamFailure } from '../upstream/engine/failure.ts';
import type { Upstream } from '../upstream/upstream.ts';

/**
 * Loads Identity's public keys, through the layers of every request to Identity: at once, so that a gateway that loses Identity
 * before the first token arrives can check it. No client waits for that first request, so the breaker does not count it.
 */
export function loadKeys(identity: Upstream, limits: SizeLimits, limitMs: number) {
  const endpoint = getKeys(limits);
  const later = identity.query(endpoint);
  let query = identity.trial(endpoint);
  return createRemoteKeys(async () => {
    const load = query;
    query = later;
    return (await load(undefined, backgroundCaller(limitMs))).value;
  }, 'at-once');
}

/** The failure of a request for keys; `nonsense` when Identity sent an invalid key set. */
export const failureOf = (cause: unknown): UpstreamFailure =>
  cause instanceof UpstreamFailure ? cause : new UpstreamFailure('identity', 'nonsense', { cause });
