// The public keys of the service that issues tokens (JWKS, RFC 7517): refreshed, and kept while that service is down.
import { createRemoteJWKSet, customFetch, type JWTVerifyGetKey } from 'jose';
import { fetchJson } from '../base/fetch-json.ts';

/** The keys cannot be loaded now; `cause` is the error of `load`. */
export class KeysUnavailable extends Error {
  override readonly name = 'KeysUnavailable';
}

export interface RemoteKeys {
  readonly keys: JWTVerifyGetKey;
  close(): void;
}

/** Interval of refreshes: a new key is known before it signs, and a removed key is trusted until the next refresh. */
const REFRESH_MS = 30_000;
/** Interval of loads while there are no keys yet. */
const FIRST_LOAD_MS = 5_000;
/** Shortest interval of loads for tokens with an unknown key id: forged tokens must not cause a flood of requests. */
const UNKNOWN_KEY_MS = 5_000;
/** Pause after a failed load; requests that need keys fail at once meanwhile. */
const FAILURE_PAUSE_MS = 1_000;
const LOAD_TIMEOUT_MS = 1_000;
const MAX_BYTES = 65_536;

/**
 * Caches the JSON Web Key Set that `load` returns. Keys do not expire: the service that issues them may be down for
 * long, and tokens are short-lived.
 * @param when `at-once` loads the keys before the first token arrives, because the service may be down by then
 */
export function createRemoteKeys(
  load: () => Promise<unknown>,
  when: 'at-once' | 'when-needed' = 'when-needed',
): RemoteKeys {
  let failed: { readonly until: number; readonly error: KeysUnavailable } | undefined;
  const loadOrFail = async (): Promise<Response> => {
    if (failed !== undefined && performance.now() < failed.until) throw failed.error;
    try {
      const set = await load();
      failed = undefined;
      return Response.json(set);
    } catch (cause) {
      const error = new KeysUnavailable('the keys cannot be loaded', { cause });
      failed = { until: performance.now() + FAILURE_PAUSE_MS, error };
      throw error;
    }
  };
  // jose requires a URL, but nothing is sent to it: `load` replaces fetch.
  const remote = createRemoteJWKSet(new URL('http://keys.invalid/'), {
    [customFetch]: loadOrFail,
    cacheMaxAge: Infinity,
    cooldownDuration: UNKNOWN_KEY_MS,
    timeoutDuration: LOAD_TIMEOUT_MS,
  });
  let timer: NodeJS.Timeout;
  const refreshAfter = (ms: number): void => {
    timer = setTimeout(() => void refresh(), ms).unref();
  };
  const refresh = async (): Promise<void> => {
    await remote.reload().catch(() => {
      // No request waited for this refresh. The next request loads at once: the service may be back by then.
      failed = undefined;
    });
    if (!closed) refreshAfter(remote.jwks() === undefined ? FIRST_LOAD_MS : REFRESH_MS);
  };
  let closed = false;
  refreshAfter(when === 'at-once' ? 0 : REFRESH_MS);
  return {
    keys: remote,
    close() {
      closed = true;
      clearTimeout(timer);
    },
  };
}

/** Loads the key set of the service at `origin`. @throws when it does not arrive within 1 s and 64 KiB */
export async function fetchKeys(origin: string): Promise<unknown> {
  const { status, body } = await fetchJson(`${origin}/.well-known/jwks.json`, {
    maxBytes: MAX_BYTES,
    signal: AbortSignal.timeout(LOAD_TIMEOUT_MS),
  });
  if (status !== 200) throw new Error(`the request for the keys was answered with ${status}`);
  if (body === undefined) throw new Error('the request for the keys was not answered with JSON');
  return body;
}
