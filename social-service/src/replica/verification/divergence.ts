// A few users of the copy are compared with Identity again and again: whether it says the same is a metric.
import { SourceError } from 'chassis/events/source';
import type { Metrics } from 'chassis/observability/metrics';
import { lastingDifferences, type Sides } from './compare.ts';

const SAMPLE = 100;

/**
 * Makes the gauges.
 * @param ending ends a comparison that is being made
 * @returns the work that keeps them up to date, to be done now and then
 */
export function divergence(
  sides: Sides,
  metrics: Metrics,
  ending: AbortSignal,
): () => Promise<void> {
  const compared = metrics.gauge(
    'social_authors_compared',
    'How many users of the copy were compared with Identity last; 0 when it could not be asked, or the copy is late.',
    [],
  );
  const divergent = metrics.gauge(
    'social_authors_divergent',
    'How many of these differ from what Identity says, though the copy had caught up.',
    [],
  );
  return async () => {
    try {
      const ids = await sides.replica.sample(SAMPLE);
      const { differences, late } = await lastingDifferences(sides, ids);
      compared.set(late ? 0 : ids.length);
      divergent.set(late ? 0 : differences.length);
    } catch (error) {
      if (ending.aborted) return;
      // That Identity is away, the follower of its log has said already.
      if (!(error instanceof SourceError)) throw error;
      compared.set(0);
    }
  };
}
