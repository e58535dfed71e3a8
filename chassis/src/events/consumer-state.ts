// The state of a consumer, the same for every carrier of events.
import { OtherEpoch } from './epoch.ts';
import { SourceError, UnknownOffset } from './source.ts';

/** All states of a consumer, as in the metric `…_log_state`. */
export const consumerStates = [
  /** At the end of the log, as far as the consumer knows. */
  'consuming',
  /** The log has events that are not applied yet. */
  'catching_up',
  /** The log cannot be read now. Nothing is lost: the consumer continues at its offset. */
  'source_away',
  /** The consumer itself cannot apply what it reads, such as while its database is down. */
  'stuck',
  /** The log ends before the offset of the consumer, so events are lost. A person has to decide. */
  'lost',
  /** The log has another history than the one that was consumed. A person has to decide. */
  'other_epoch',
] as const;
export type ConsumerState = (typeof consumerStates)[number];

/** The states that a failure leads to. */
export type FailureState = Exclude<ConsumerState, 'consuming' | 'catching_up'>;

/** What the consumer was doing. */
export type ConsumerStep = 'position' | 'read' | 'apply' | 'acknowledge';

/** Returns the state that a failure leads to. */
export function causeOf(step: ConsumerStep, error: unknown): FailureState {
  if (error instanceof OtherEpoch) return 'other_epoch';
  if (error instanceof UnknownOffset) return 'lost';
  return step === 'read' || error instanceof SourceError ? 'source_away' : 'stuck';
}

/** Whether a person has to decide: the consumer does not continue by itself. */
export const needsDecision = (state: ConsumerState): boolean =>
  state === 'lost' || state === 'other_epoch';
