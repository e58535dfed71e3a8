// Spans as the code sees them: without OpenTelemetry, which opentelemetry.ts loads only when spans are exported.
import { AsyncLocalStorage } from 'node:async_hooks';
import type { RemoteSpan } from './trace.ts';

/** Never values of clients: no ids of users, names, addresses, tokens, values of statements. */
export type Attributes = Readonly<Record<string, string | number | boolean>>;

export interface SpanOptions {
  /** `client`: a request to another process; `internal` when left out. */
  readonly kind?: 'client' | 'consumer' | 'producer' | 'internal';
  readonly attributes?: Attributes;
  /** Traceparents of spans that this one has to do with, in any trace. */
  readonly links?: readonly string[];
  /** For work that is over already: how long it took, in milliseconds. End the span at once. */
  readonly tookMs?: number;
}

/** A piece of work that is recorded. Its methods never throw. */
export interface Span {
  /** Names this span, as the parent in requests to other processes. */
  readonly traceparent: string;
  child(name: string, options?: SpanOptions): Span;
  rename(name: string): void;
  set(attributes: Attributes): void;
  event(name: string, attributes?: Attributes): void;
  link(traceparent: string): void;
  /** @param error why the work failed, a word of a closed set; undefined for a success */
  end(error?: string): void;
}

/** Records the spans of a process, and exports them. */
export interface Tracing {
  /**
   * Begins the span of a request. Its trace is the caller's, or a new one. The sampler decides whether it is recorded.
   * @param parent the span of the process that sent the request
   */
  begin(parent: RemoteSpan | undefined): {
    readonly traceparent: string;
    readonly span: Span | undefined;
  };
  /**
   * Begins a trace of its own for work on events, linked to the spans that caused them.
   * @returns undefined when none of `causes` is sampled
   */
  beginLinked(
    name: string,
    kind: 'consumer' | 'producer',
    causes: readonly (string | undefined)[],
    attributes?: Attributes,
  ): Span | undefined;
  /** Exports what is left; waits for a short time only. */
  close(): Promise<void>;
}

const current = new AsyncLocalStorage<Span>();

/** Runs `work` with the span as the current one, also in its asynchronous parts; without a span at no cost. */
export const runIn = <T>(span: Span | undefined, work: () => T): T =>
  span === undefined ? work() : current.run(span, work);

/** The span that the running code belongs to. */
export const currentSpan = (): Span | undefined => current.getStore();
