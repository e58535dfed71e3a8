// Spans of the three services, as a collector receives them.
import { beforeAll, describe, expect, jest, test } from '@jest/globals';
import { startOtlpReceiver, type ReceivedSpan } from 'chassis/testing/otlp-receiver';
import { startServices } from './support/in-process.ts';

jest.setTimeout(60_000);

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const CLIENT_SPAN = 'b7ad6b7169203331';

let spans: readonly ReceivedSpan[];
beforeAll(async () => {
  const receiver = await startOtlpReceiver();
  const services = await startServices({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url });
  await fetch(`${services.gateway.url}/api/posts/5`, {
    headers: { traceparent: `00-${TRACE}-${CLIENT_SPAN}-01` },
  });
  // Each process exports what is left when it stops.
  await services.stop();
  ({ spans } = receiver);
  await receiver.close();
});

const inTrace = () => spans.filter(({ traceId }) => traceId === TRACE);

const parentOf = (span: ReceivedSpan) =>
  inTrace().find(({ spanId }) => spanId === span.parentSpanId);
const serverSpan = (service: string) =>
  inTrace().find((span) => span.service === service && span.kind === 'SPAN_KIND_SERVER')!;

describe('one request', () => {
  test('is one trace through three services, in which every span but the first has its parent', () => {
    expect(new Set(inTrace().map(({ service }) => service))).toEqual(
      new Set(['gateway', 'identity-service', 'social-service']),
    );
    const withoutParent = inTrace().filter((span) => parentOf(span) === undefined);
    expect(withoutParent).toEqual([serverSpan('gateway')]);
    expect(withoutParent[0]?.parentSpanId).toBe(CLIENT_SPAN);
  });

  test.each([
    ['identity-service', 'GET /api/users/:id', 'GET users', 'author'],
    ['social-service', 'GET /api/posts/:id', 'GET posts', 'post'],
  ])('at %s is inside its attempt and its part', (service, name, attemptName, part) => {
    const server = serverSpan(service);
    const attempt = parentOf(server)!;
    expect([server.name, attempt.name, attempt.kind]).toEqual([
      name,
      attemptName,
      'SPAN_KIND_CLIENT',
    ]);
    expect(attempt.attributes).toMatchObject({
      'http.request.method': 'GET',
      'http.response.status_code': '200',
      'server.address': '127.0.0.1',
    });
    const above: string[] = [];
    for (let span = parentOf(attempt); span !== undefined; span = parentOf(span))
      above.push(span.name);
    expect(above).toEqual(expect.arrayContaining([part, 'GET /api/posts/:id']));
  });

  test('is described by the conventions of HTTP', () => {
    expect(serverSpan('gateway')).toMatchObject({
      name: 'GET /api/posts/:id',
      status: undefined,
      attributes: {
        'http.request.method': 'GET',
        'http.route': '/api/posts/:id',
        'http.response.status_code': '200',
        'url.scheme': 'http',
      },
    });
  });
});
