// Reports on a consumer: gauges, counters, and log lines that contain nothing of an event.
import { causeOf, type ConsumerStep, consumerStates, needsDecision } from './consumer-state.ts';
import { type Events, SourceError } from './source.ts';
import type { ConsumerStatus, Progress } from './progress.ts';
import type { Logger } from '../observability/log.ts';
import type { Metrics } from '../observability/metrics.ts';
import { createLogSampler } from '../observability/log-sampler.ts';

/** Numbers of events of a batch that were not applied, by reason. */
export interface Applied {
  /** Events of unknown types; nothing is wrong with them. */
  readonly skipped?: number;
  /** Events that were applied before, here or in another process. */
  readonly repeated?: number;
  /** Events that break the contract; `apply` logs them, and stores them as dead letters where it can. */
  readonly invalid?: number;
}

export type { ConsumerStep } from './consumer-state.ts';

export interface ConsumerReport {
  applied(batch: Events, applied: Applied): void;
  failed(step: ConsumerStep, error: unknown, retryInMs: number): void;
  /** Called at the first success after `failures` failures in a row. */
  recovered(failures: number): void;
}

/** An outage is one line, and a reminder every ten minutes. */
const LINE_EVERY_MS = 10 * 60_000;
/** A source that is away for a shorter time is no news: at a normal start, all processes begin at once. */
const WARN_AFTER_MS = 20_000;
const MAX_FRAMES = 5;
const MAX_CAUSES = 3;

/**
 * Returns the fields of an error that may be logged. Databases and parsers put values into their messages, so only the
 * messages of SourceErrors are kept: they quote nothing.
 */
export function redactError(error: unknown, depth = MAX_CAUSES): Record<string, unknown> {
  if (!(error instanceof Error)) return { error: typeof error };
  const { name, message, cause, stack = '' } = error;
  const { code } = error as { code?: unknown };
  const quotesNothing = error instanceof SourceError;
  const frames = stack.split('\n').filter((line) => line.startsWith('    at '));
  return {
    error: name,
    ...((typeof code === 'string' || typeof code === 'number') && { code }),
    ...(quotesNothing
      ? { message }
      : { at: frames.slice(0, MAX_FRAMES).map((line) => line.trim()) }),
    ...(cause !== undefined &&
      depth > 0 && { cause: { ...redactError(cause, depth - 1), at: undefined } }),
  };
}

/** Returns the lag in offsets. Never 0 while the log is not the one that was consumed: the real lag is unknown then. */
const lagOf = ({ state, offset, endOffset }: ConsumerStatus): number =>
  needsDecision(state)
    ? Math.max(1, Math.abs(endOffset - offset))
    : Math.max(0, endOffset - offset);

/** Makes the instruments; their names begin with `name`. */
export function createConsumerReport(
  name: string,
  progress: Progress,
  { log, metrics }: { readonly log: Logger; readonly metrics: Metrics },
): ConsumerReport {
  const { status } = progress;
  const gauge = (what: string, help: string, read: () => number): void =>
    void metrics.gauge(`${name}_log_${what}`, help, [], (own) => own.set(read()));
  gauge('position', 'Offset in the log up to which all events are applied', () => status().offset);
  gauge(
    'lag_events',
    'Difference between the last known end of the log and the offset; gaps between offsets count',
    () => lagOf(status()),
  );
  gauge(
    'lag_seconds',
    'Seconds for which changes may have been waiting to be applied',
    () => status().lagMs / 1000,
  );
  gauge(
    'complete_age_seconds',
    'Seconds since the consumer was known to have all events of the log; since the start when it was not yet',
    () => progress.silentMs() / 1000,
  );
  metrics.gauge(
    `${name}_log_state`,
    'State of the consumer: 1 for the current one, 0 for the others',
    ['state'],
    (own) => {
      for (const state of consumerStates) own.set({ state }, state === status().state ? 1 : 0);
    },
  );
  const events = metrics.counter(`${name}_log_events_total`, 'Events of the log by outcome', [
    'outcome',
  ]);
  const failures = metrics.counter(
    `${name}_log_failures_total`,
    'Failures of the consumer by step',
    ['step'],
  );
  for (const outcome of ['applied', 'skipped', 'repeated', 'broken']) events.inc({ outcome }, 0);
  for (const step of ['position', 'read', 'apply', 'acknowledge']) failures.inc({ step }, 0);
  const sampled = createLogSampler(1, LINE_EVERY_MS);
  let failingSince: number | undefined;
  let warned = false;
  const line = (kind: string, write: (more: object) => void): void => {
    const suppressed = sampled(kind);
    if (suppressed !== undefined) write(suppressed > 0 ? { leftOut: suppressed } : {});
  };
  return {
    applied(batch, { skipped = 0, repeated = 0, invalid = 0 }) {
      const notApplied = skipped + repeated + invalid;
      events.inc({ outcome: 'applied' }, Math.max(0, batch.events.length - notApplied));
      events.inc({ outcome: 'skipped' }, skipped);
      events.inc({ outcome: 'repeated' }, repeated);
      events.inc({ outcome: 'broken' }, invalid);
    },
    failed(step, error, retryInMs) {
      failures.inc({ step });
      failingSince ??= performance.now();
      const isDecision = needsDecision(causeOf(step, error));
      const isShort = performance.now() - failingSince < WARN_AFTER_MS;
      if (step === 'read' && !isDecision && isShort) {
        log.debug({ consumer: name, step, retryInMs, ...redactError(error) }, 'the log is away');
        return;
      }
      warned = true;
      line(isDecision ? 'decision' : step, (more) =>
        log[isDecision ? 'error' : 'warn'](
          { consumer: name, step, retryInMs, ...redactError(error), ...more },
          isDecision
            ? 'the log is not the one that was consumed; nothing is taken from it'
            : 'consuming the log failed; retrying',
        ),
      );
    },
    recovered(count) {
      failingSince = undefined;
      if (!warned) return;
      warned = false;
      line('recovered', (more) =>
        log.info({ consumer: name, failures: count, ...more }, 'consuming the log works again'),
      );
    },
  };
}
