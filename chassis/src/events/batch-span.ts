// The span of a batch of events that a consumer applies.
import type { Applied } from './consumer-report.ts';
import type { Events } from './source.ts';
import { runIn, type Tracing } from '../observability/span.ts';

interface Applying {
  readonly apply: (batch: Events, after: number) => Promise<Applied> | Applied;
  readonly tracing?: Tracing | undefined;
}

/** Applies a batch; recorded when a request that caused one of its events is. */
export async function applyRecorded(
  { apply, tracing }: Applying,
  batch: Events,
  after: number,
): Promise<Applied> {
  const span = tracing?.beginLinked(
    'process user-events',
    'consumer',
    batch.events.map(traceparentOf),
    {
      'messaging.operation.type': 'process',
      'messaging.destination.name': 'user-events',
      'messaging.batch.message_count': batch.events.length,
    },
  );
  try {
    const applied = await runIn(span, () => apply(batch, after));
    span?.end();
    return applied;
  } catch (error) {
    span?.end('failed');
    throw error;
  }
}

const traceparentOf = (event: unknown): string | undefined => {
  const { traceparent } = Object(event) as { traceparent?: unknown };
  return typeof traceparent === 'string' ? traceparent : undefined;
};
