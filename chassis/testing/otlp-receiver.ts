// An OpenTelemetry collector for tests: receives spans by OTLP/HTTP, and decodes them by OpenTelemetry's own schema.
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import protobuf from 'protobufjs';

/** A span as a collector sees it. */
export interface ReceivedSpan {
  readonly service: string;
  readonly resource: Readonly<Record<string, unknown>>;
  readonly traceId: string;
  readonly spanId: string;
  /** '' for a root. */
  readonly parentSpanId: string;
  readonly name: string;
  /** Such as SPAN_KIND_SERVER. */
  readonly kind: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly events: readonly { readonly name: string; readonly attributes: object }[];
  readonly links: readonly { readonly traceId: string; readonly spanId: string }[];
  /** Such as STATUS_CODE_ERROR; undefined when it is not set. */
  readonly status: string | undefined;
  readonly durationMs: number;
}

export interface OtlpReceiver {
  readonly url: string;
  readonly spans: readonly ReceivedSpan[];
  /** The headers of the exports. */
  readonly requests: readonly IncomingHttpHeaders[];
  close(): Promise<void>;
}

const schema = new protobuf.Root();
schema.resolvePath = (_origin, target) => join(import.meta.dirname, 'otlp', target);
const PACKAGE = 'opentelemetry.proto.collector.trace.v1';
schema.loadSync('opentelemetry/proto/collector/trace/v1/trace_service.proto');
const Request = schema.lookupType(`${PACKAGE}.ExportTraceServiceRequest`);
const Response = schema.lookupType(`${PACKAGE}.ExportTraceServiceResponse`);

type KeyValue = { key: string; value?: Readonly<Record<string, unknown>> };
interface WireSpan extends Omit<
  ReceivedSpan,
  'attributes' | 'events' | 'links' | 'status' | 'durationMs'
> {
  readonly traceId: string;
  readonly attributes?: KeyValue[];
  readonly events?: { name: string; attributes?: KeyValue[] }[];
  readonly links?: { traceId: string; spanId: string }[];
  readonly status?: { code?: string };
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
}
interface WireRequest {
  resourceSpans: { resource: { attributes: KeyValue[] }; scopeSpans: { spans: WireSpan[] }[] }[];
}

const hex = (base64: string | undefined): string =>
  Buffer.from(base64 ?? '', 'base64').toString('hex');
const toObject = (pairs: readonly KeyValue[] = []): Record<string, unknown> =>
  Object.fromEntries(pairs.map(({ key, value }) => [key, Object.values(value ?? {})[0]]));

function spansIn(body: Buffer): ReceivedSpan[] {
  const { resourceSpans } = Request.toObject(Request.decode(body), {
    longs: String,
    enums: String,
    bytes: String,
  }) as WireRequest;
  return resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const attributes = toObject(resource.attributes);
    return scopeSpans.flatMap(({ spans }) => spans.map((span) => received(span, attributes)));
  });
}

const received = (span: WireSpan, resource: Record<string, unknown>): ReceivedSpan => ({
  service: String(resource['service.name']),
  resource,
  name: span.name,
  kind: span.kind,
  traceId: hex(span.traceId),
  spanId: hex(span.spanId),
  parentSpanId: hex(span.parentSpanId),
  attributes: toObject(span.attributes),
  events: (span.events ?? []).map(({ name, attributes }) => ({
    name,
    attributes: toObject(attributes),
  })),
  links: (span.links ?? []).map(({ traceId, spanId }) => ({
    traceId: hex(traceId),
    spanId: hex(spanId),
  })),
  status: span.status?.code,
  durationMs: Number(BigInt(span.endTimeUnixNano) - BigInt(span.startTimeUnixNano)) / 1e6,
});

/** Starts a receiver on a free port. */
export async function startOtlpReceiver(): Promise<OtlpReceiver> {
  const spans: ReceivedSpan[] = [];
  const requests: IncomingHttpHeaders[] = [];
  const server = createServer((req, res) => {
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => {
      requests.push(req.headers);
      if (req.url === '/v1/traces') spans.push(...spansIn(Buffer.concat(chunks)));
      res.writeHead(req.url === '/v1/traces' ? 200 : 404, {
        'Content-Type': 'application/x-protobuf',
      });
      res.end(Response.encode({}).finish());
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
