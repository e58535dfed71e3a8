// The age of the newest signing key, for operators: a key that is not replaced in time means that the rotation fails.
import type { Metrics } from 'chassis/observability/metrics';
import type { KeyStore } from './key-store.ts';

/** Exposes the age, and the age at which the key is replaced. */
export function exposeKeyAge(
  metrics: Metrics,
  keyStore: Pick<KeyStore, 'newestAt'>,
  maxAgeMs: number,
): void {
  metrics.gauge(
    'identity_signing_key_age_seconds',
    'Age of the newest signing key, as this instance last saw it; at most ten minutes ago.',
    [],
    (gauge) => {
      const createdAt = keyStore.newestAt();
      if (createdAt !== undefined) gauge.set((Date.now() - createdAt) / 1000);
    },
  );
  metrics
    .gauge('identity_signing_key_max_age_seconds', 'Age at which a new key replaces it.', [])
    .set(maxAgeMs / 1000);
}
