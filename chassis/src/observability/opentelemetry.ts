// Spans by OpenTelemetry's SDK, exported by OTLP/HTTP. Loaded only when an endpoint is set: tracing.ts.
import { type Attributes, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { Link, Span as RecordedSpan, SpanContext, Tracer } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  AlwaysOnSampler,
  BatchSpanProcessor,
  SamplingDecision,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import type { Span, SpanOptions, Tracing } from './span.ts';
import { formatTraceparent, parseTraceparent, randomHex, type RemoteSpan } from './trace.ts';

export interface ExportOptions {
  /** Where spans are sent: the complete URL. */
  readonly url: string;
  /** Header fields of each export, such as an access token. */
  readonly headers: Readonly<Record<string, string>>;
  /** Describes the process; with `service.name`. */
  readonly resource: Attributes;
  /** As OTEL_TRACES_SAMPLER names them. */
  readonly sampler: string;
  /** Share of the traces that are sampled, 0 to 1, for the samplers by `traceidratio`. */
  readonly ratio: number;
}

/** How long a stopping process waits for its last export, in ms. */
const CLOSE_MS = 2_000;
/** Attributes are words of ours, but for statements, which may be long. */
const ATTRIBUTE_MAX = 2_000;

const KINDS = {
  client: SpanKind.CLIENT,
  consumer: SpanKind.CONSUMER,
  producer: SpanKind.PRODUCER,
  internal: SpanKind.INTERNAL,
};

export function createTracing({ url, headers, resource, sampler, ratio }: ExportOptions): Tracing {
  // The sampler is asked before a span is made, so that a request that is not sampled costs next to nothing. So the
  // provider samples all that it sees, and takes the trace id that was asked about.
  let traceId: string | undefined;
  const provider = new TracerProvider({
    resource: resourceFromAttributes(resource),
    sampler: new AlwaysOnSampler(),
    idGenerator: {
      generateTraceId: () => traceId ?? randomHex(16),
      generateSpanId: () => randomHex(8),
    },
    spanLimits: { attributeValueLengthLimit: ATTRIBUTE_MAX },
    spanProcessors: [
      new BatchSpanProcessor({ exporter: new OTLPTraceExporter({ url, headers: { ...headers } }) }),
    ],
  });
  const tracer = provider.getTracer('social-network');
  const samplesRoot = rootSampler(sampler, ratio);
  const isParentBased = sampler.startsWith('parentbased_');

  const isSampled = (id: string, parent: RemoteSpan | undefined): boolean =>
    parent !== undefined && isParentBased ? parent.sampled : samplesRoot(id);

  return {
    begin(parent) {
      const id = parent?.traceId ?? randomHex(16);
      if (!isSampled(id, parent)) {
        const spanId = randomHex(8);
        const traceparent = formatTraceparent({ traceId: id, spanId, sampled: false });
        return { traceparent, span: undefined };
      }
      const context =
        parent === undefined
          ? ROOT_CONTEXT
          : trace.setSpanContext(ROOT_CONTEXT, { ...contextOf(parent), isRemote: true });
      traceId = id;
      const span = spanOf(tracer, tracer.startSpan('', { kind: SpanKind.SERVER }, context));
      traceId = undefined;
      return { traceparent: span.traceparent, span };
    },
    beginLinked(name, kind, causes, attributes = {}) {
      const sampled = causes.map(parseTraceparent).filter((cause) => cause?.sampled);
      if (sampled.length === 0) return undefined;
      const links = sampled.map((cause) => ({ context: contextOf(cause!) }));
      const options = { kind: KINDS[kind], attributes, links };
      return spanOf(tracer, tracer.startSpan(name, options, ROOT_CONTEXT));
    },
    async close() {
      const limit = new Promise((resolve) => setTimeout(resolve, CLOSE_MS).unref());
      // A collector that is away must not fail the stop.
      await Promise.race([provider.shutdown().catch(() => undefined), limit]);
    },
  };
}

function rootSampler(name: string, ratio: number): (traceId: string) => boolean {
  if (!name.endsWith('traceidratio')) return () => name.endsWith('always_on');
  const sampler = new TraceIdRatioBasedSampler(ratio);
  return (id) =>
    sampler.shouldSample(ROOT_CONTEXT, id).decision === SamplingDecision.RECORD_AND_SAMPLED;
}

const contextOf = ({ traceId, spanId, sampled }: RemoteSpan): SpanContext => ({
  traceId,
  spanId,
  traceFlags: sampled ? 1 : 0,
});

function linkTo(traceparent: string): Link[] {
  const remote = parseTraceparent(traceparent);
  return remote === undefined ? [] : [{ context: contextOf(remote) }];
}

/** @param endAt when it ended, in milliseconds since 1970; now when left out */
function spanOf(tracer: Tracer, recorded: RecordedSpan, endAt?: number): Span {
  const context = trace.setSpan(ROOT_CONTEXT, recorded);
  const { traceId, spanId } = recorded.spanContext();
  return {
    traceparent: formatTraceparent({ traceId, spanId, sampled: true }),
    child(name, { kind = 'internal', attributes, links = [], tookMs }: SpanOptions = {}) {
      const overAt = tookMs === undefined ? undefined : Date.now();
      const options = {
        kind: KINDS[kind],
        links: links.flatMap(linkTo),
        ...(attributes && { attributes: { ...attributes } }),
        ...(tookMs !== undefined && { startTime: overAt! - tookMs }),
      };
      return spanOf(tracer, tracer.startSpan(name, options, context), overAt);
    },
    rename: (name) => void recorded.updateName(name),
    set: (attributes) => void recorded.setAttributes(attributes),
    event: (name, attributes) => void recorded.addEvent(name, attributes),
    link: (traceparent) => void recorded.addLinks(linkTo(traceparent)),
    end(error) {
      if (error !== undefined) {
        recorded.setAttribute('error.type', error);
        recorded.setStatus({ code: SpanStatusCode.ERROR });
      }
      recorded.end(endAt);
    },
  };
}
