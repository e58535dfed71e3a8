// Spans of the three services, as a collector receives them.
import { beforeAll, describe, expect, jest, test } from '@jest/globals';
import { startOtlpReceiver, type ReceivedSpan } from 'chassis/testing/otlp-receiver';
import { until } from 'chassis/testing/until';
import { startServices, type Services } from './support/in-process.ts';

jest.setTimeout(60_000);

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const CLIENT_SPAN = 'b7ad6b7169203331';

// What must be in no span.
const person = {
  username: 'nobody_sees_me',
  email: 'nobody@secret.example',
  password: 'that nobody sees',
};
const CONTENT = 'A post that nobody sees';
const secrets = new Set([...Object.values(person), CONTENT, 'unseen-header', 'unseen-query']);

/** Registers, writes a post, logs in by e-mail, looks for the name, sends an unknown query; notes all tokens. */
async function writes({ gateway, social }: Services): Promise<void> {
  const send = (path: string, body?: object, token?: string) =>
    fetch(`${gateway.url}${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        'X-Custom': 'unseen-header',
        'Content-Type': 'application/json',
        ...(token !== undefined && { Authorization: `Bearer ${token}` }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  const registered = await send('/api/auth/register', person);
  const { user } = (await registered.json()) as { user: { id: number } };
  await until('Social has the name', async () => {
    const answer = await fetch(`${social.url}/api/authors?ids=${user.id}`);
    return (await answer.text()).includes(person.username);
  });
  const login = await send('/api/auth/token', {
    username: person.email,
    password: person.password,
  });
  const tokens = (await login.json()) as { accessToken: string; refreshToken: string };
  secrets.add(tokens.accessToken).add(tokens.refreshToken);
  expect((await send('/api/posts', { content: CONTENT }, tokens.accessToken)).status).toBe(201);
  await send('/api/auth/token', { refreshToken: tokens.refreshToken });
  await send('/api/posts?unseen-query=1');
  await send('/unseen-query');
}

let spans: readonly ReceivedSpan[];
beforeAll(async () => {
  const receiver = await startOtlpReceiver();
  const services = await startServices({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url });
  await fetch(`${services.gateway.url}/api/posts/5`, {
    headers: { traceparent: `00-${TRACE}-${CLIENT_SPAN}-01` },
  });
  await writes(services);
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

const statements = (service: string) =>
  spans.filter((span) => span.service === service && span.attributes['db.system.name']);

describe('statements of the database', () => {
  test('belong to their request, and have their text with placeholders', () => {
    const statement = statements('identity-service').find(({ traceId }) => traceId === TRACE);
    expect(statement).toMatchObject({
      name: 'SELECT users',
      kind: 'SPAN_KIND_CLIENT',
      parentSpanId: serverSpan('identity-service').spanId,
      attributes: {
        'db.operation.name': 'SELECT',
        'db.collection.name': 'users',
        'db.query.text': expect.stringMatching(/^select .* from "users" .*\$1/),
      },
    });
    expect(statement!.durationMs).toBeGreaterThan(0);
  });

  test('of a write are there, too', () => {
    expect(statements('social-service').map(({ name }) => name)).toContain('INSERT posts');
    expect(statements('identity-service').map(({ name }) => name)).toContain('INSERT users');
  });
});

test('applied events link to the request that caused them, in a trace of their own', () => {
  const cause = spans.find(
    ({ name, service }) => service === 'identity-service' && name === 'POST /api/users',
  )!;
  const applied = spans.find(({ links }) => links.some(({ spanId }) => spanId === cause.spanId));
  expect(applied).toMatchObject({
    service: 'social-service',
    name: 'process user-events',
    kind: 'SPAN_KIND_CONSUMER',
    parentSpanId: '',
    attributes: { 'messaging.batch.message_count': '1' },
  });
  expect(applied?.traceId).not.toBe(cause.traceId);
  const children = spans.filter(({ parentSpanId }) => parentSpanId === applied?.spanId);
  expect(children.map(({ attributes }) => attributes['db.system.name'])).toContain('postgresql');
});

test('no span has a password, a token, an e-mail address, a name, a header, a query or a value of a statement', () => {
  const text = JSON.stringify(spans);
  expect(text).toContain('POST /api/auth/register');
  expect(secrets.size).toBe(8);
  for (const secret of secrets) expect(text).not.toContain(secret);
});
