// For tests: the rules for a batch of events that a schema cannot express.
import { incoherence } from './decode.ts';
import { socialIncoherence } from './decode-social.ts';
import type { SocialEventBatch, UserEventBatch } from '../types.ts';

/** The content type of a batch of CloudEvents (JSON Event Format, section 4). */
export const batchType = 'application/cloudevents-batch+json';

/**
 * The contradictions in a batch that is valid by its schema: inside an event, in the order of the offsets, or between
 * the events and the headers. `header` returns a header's value by its name in lower case.
 */
export function batchViolations(
  body: unknown,
  header: (name: string) => string | undefined,
): string[] {
  const batch = body as UserEventBatch | SocialEventBatch;
  const offsets = batch.map(({ id }) => Number(id));
  const next = Number(/lastEventId=(\d+)/.exec(header('link') ?? '')?.[1]);
  const last = offsets.at(-1) ?? 0;
  return [
    ...batch.flatMap((event, at) => {
      const wrong =
        event.source === 'urn:social-network:social'
          ? socialIncoherence(event)
          : incoherence(event);
      return wrong ? [`body/${at}/${wrong} contradicts the rest of the event`] : [];
    }),
    ...offsets.flatMap((offset, at) =>
      at > 0 && offset <= offsets[at - 1]! ? [`body/${at}/id is not beyond the one before`] : [],
    ),
    ...(next < last ? ['header link goes on before the last event'] : []),
    ...(Number(header('log-head')) < Math.max(next, last)
      ? ['header log-head is not the newest']
      : []),
  ];
}
