// What the world sees of a follower: gauges, counters, and log lines that hold nothing of an event.
import { type Events, SourceError } from './source.ts';
import type { Progress } from './progress.ts';
import type { Logger } from '../observability/log.ts';
import type { Metrics } from '../observability/metrics.ts';
import { createLogSampler } from '../observability/log-sampler.ts';

/** What became of a batch's events beside taking effect. */
export interface Applied {
  /** Of a type that is not known here; nothing is wrong with them. */
  readonly skipped?: number;
  /** That have taken effect before, here or in another process. */
  readonly repeated?: number;
  /** That cannot be understood; whoever applies keeps them aside and says so in the log. */
  readonly invalid?: number;
}

export type ConsumerStep = 'position' | 'read' | 'apply' | 'acknowledge';

export interface ConsumerReport {
  applied(batch: Events, applied: Applied): void;
  failed(step: ConsumerStep, error: unknown, retryInMs: number): void;
  /** It works again after so many failures in a row. */
  recovered(failures: number): void;
}

const LINES_A_MINUTE = 3;
const FRAMES = 5;
const DEPTH = 3;

/**
 * An error without what it quotes: databases and parsers put values into their messages. Ours quote nothing.
 * @returns what a log line says of it
 */
export function redactError(error: unknown, depth = DEPTH): Record<string, unknown> {
  if (!(error instanceof Error)) return { error: typeof error };
  const { name, message, cause, stack = '' } = error;
  const { code } = error as { code?: unknown };
  const ours = error instanceof SourceError;
  const frames = stack.split('\n').filter((line) => line.startsWith('    at '));
  return {
    error: name,
    ...((typeof code === 'string' || typeof code === 'number') && { code }),
    ...(ours ? { message } : { at: frames.slice(0, FRAMES).map((line) => line.trim()) }),
    ...(cause !== undefined &&
      depth > 0 && { cause: { ...redactError(cause, depth - 1), at: undefined } }),
  };
}

/** Makes the instruments; their names begin with `name`. */
export function createConsumerReport(
  name: string,
  progress: Progress,
  { log, metrics }: { readonly log: Logger; readonly metrics: Metrics },
): ConsumerReport {
  const { status } = progress;
  const gauge = (what: string, help: string, read: () => number): void =>
    void metrics.gauge(`${name}_log_${what}`, help, [], (own) => own.set(read()));
  gauge('position', 'Everything in the log up to here has taken effect', () => status().offset);
  gauge(
    'lag_events',
    'From the position to the head that was last heard of; gaps between positions count',
    () => Math.max(0, status().endOffset - status().offset),
  );
  gauge(
    'lag_seconds',
    'For so long there may be changes that have not taken effect',
    () => status().lagMs / 1000,
  );
  const events = metrics.counter(`${name}_log_events_total`, 'Events of the log by outcome', [
    'outcome',
  ]);
  const failures = metrics.counter(`${name}_log_failures_total`, 'Failures of following by step', [
    'step',
  ]);
  for (const outcome of ['applied', 'skipped', 'repeated', 'broken']) events.inc({ outcome }, 0);
  for (const step of ['position', 'read', 'apply', 'acknowledge']) failures.inc({ step }, 0);
  const sampled = createLogSampler(LINES_A_MINUTE, 60_000);
  const line = (kind: string, write: (more: object) => void): void => {
    const leftOut = sampled(kind);
    if (leftOut !== undefined) write(leftOut > 0 ? { leftOut } : {});
  };
  return {
    applied(batch, { skipped = 0, repeated = 0, invalid = 0 }) {
      const others = skipped + repeated + invalid;
      events.inc({ outcome: 'applied' }, Math.max(0, batch.events.length - others));
      events.inc({ outcome: 'skipped' }, skipped);
      events.inc({ outcome: 'repeated' }, repeated);
      events.inc({ outcome: 'broken' }, invalid);
    },
    failed(step, error, retryInMs) {
      failures.inc({ step });
      line(step, (more) =>
        log.warn(
          { follower: name, step, retryInMs, ...redactError(error), ...more },
          'following the log fails',
        ),
      );
    },
    recovered(count) {
      line('recovered', (more) =>
        log.info({ follower: name, failures: count, ...more }, 'following the log works again'),
      );
    },
  };
}
