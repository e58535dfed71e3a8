// Metrics of the divergence: compares a sample of users with Identity at intervals.
import { SourceError } from 'chassis/events/source';
import type { Metrics } from 'chassis/observability/metrics';
import { lastingDifferences, type Sides } from './compare.ts';

const SAMPLE = 100;

/**
 * Creates the gauges.
 * @param stopping aborts when the service stops, and with it a running comparison
 * @returns a job that compares a sample and updates the gauges
 */
export function divergence(
  sides: Sides,
  metrics: Metrics,
  stopping: AbortSignal,
): () => Promise<void> {
  const compared = metrics.gauge(
    'social_authors_compared',
    'Users of the replica in the last comparison with Identity; 0 if Identity was unavailable or the replica was behind',
    [],
  );
  const divergent = metrics.gauge(
    'social_authors_divergent',
    'Compared users whose name differs from Identity, although the replica had caught up',
    [],
  );
  return async () => {
    try {
      const ids = await sides.replica.sample(SAMPLE);
      const { differences, late } = await lastingDifferences(sides, ids);
      compared.set(late ? 0 : ids.length);
      divergent.set(late ? 0 : differences.length);
    } catch (error) {
      if (stopping.aborted) return;
      // Not logged: the gauge shows it, and a consumer of the HTTP feed has already logged that Identity is unavailable.
      if (!(error instanceof SourceError)) throw error;
      compared.set(0);
    }
  };
}
