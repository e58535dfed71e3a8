// The public keys of a service that makes tokens (JWKS, RFC 7517): asked for once, kept while that service is away.
import { createRemoteJWKSet, customFetch, type JWTVerifyGetKey } from 'jose';
import { fetchJson } from '../http/fetch-json.ts';

/** The keys cannot be had now; its cause is what the loading threw. */
export class KeysUnavailable extends Error {
  override readonly name = 'KeysUnavailable';
}

export interface RemoteKeys {
  readonly keys: JWTVerifyGetKey;
  close(): void;
}

/** So often what has changed is noticed: a new key before it signs, and one that is gone, which is trusted until then. */
const RENEW_MS = 30_000;
/** While there are none, they are asked for so often. */
const EARLY_MS = 5_000;
/** An unknown key is asked for, but not more often than this: whoever makes tokens up must not make us ask. */
const UNKNOWN_MS = 5_000;
/** After a failure nobody asks for so long. */
const REST_MS = 1_000;
const LOAD_MS = 1_000;
const SIZE_MAX = 65_536;

/**
 * Keys that `load` gives as a JSON Web Key Set. They are kept for ever: the service that makes them may be down for
 * long, and tokens are short-lived.
 * @param when `at-once` loads them before the first token comes; it may come when that service is down already
 */
export function createRemoteKeys(
  load: () => Promise<unknown>,
  when: 'at-once' | 'when-needed' = 'when-needed',
): RemoteKeys {
  let failed: { readonly until: number; readonly error: KeysUnavailable } | undefined;
  const loaded = async (): Promise<Response> => {
    if (failed !== undefined && performance.now() < failed.until) throw failed.error;
    try {
      const set = await load();
      failed = undefined;
      return Response.json(set);
    } catch (cause) {
      const error = new KeysUnavailable('the keys cannot be had', { cause });
      failed = { until: performance.now() + REST_MS, error };
      throw error;
    }
  };
  // The address is only a name here: `load` knows where to ask.
  const remote = createRemoteJWKSet(new URL('http://keys.invalid/'), {
    [customFetch]: loaded,
    cacheMaxAge: Infinity,
    cooldownDuration: UNKNOWN_MS,
    timeoutDuration: LOAD_MS,
  });
  let timer: NodeJS.Timeout;
  const renewAfter = (ms: number): void => {
    timer = setTimeout(() => void renew(), ms).unref();
  };
  const renew = async (): Promise<void> => {
    await remote.reload().catch(() => {
      // Nobody waited for it: whoever needs them next asks at once, as that service may be there by then.
      failed = undefined;
    });
    if (!closed) renewAfter(remote.jwks() === undefined ? EARLY_MS : RENEW_MS);
  };
  let closed = false;
  renewAfter(when === 'at-once' ? 0 : RENEW_MS);
  return {
    keys: remote,
    close() {
      closed = true;
      clearTimeout(timer);
    },
  };
}

/** Loads the keys of the service at `origin`. @throws when they do not come whole within 1 s and 64 KiB */
export async function fetchKeys(origin: string): Promise<unknown> {
  const { status, body } = await fetchJson(`${origin}/.well-known/jwks.json`, {
    maxBytes: SIZE_MAX,
    signal: AbortSignal.timeout(LOAD_MS),
  });
  if (status !== 200) throw new Error(`the keys were answered with ${status}`);
  if (body === undefined) throw new Error('the keys were answered with something else than JSON');
  return body;
}
