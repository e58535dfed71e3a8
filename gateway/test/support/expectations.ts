// Expectations that every response about a failed upstream must meet.
import { expect } from '@jest/globals';
import { SECRET } from './faulty-responders.ts';
import type { HttpResponse } from 'chassis/testing/http-client';
import type { ProxyStatus } from './faults.ts';
import type { StubServer } from 'chassis/testing/stub-server';

/** How much longer than its deadline a response may take on a busy machine. */
export const MARGIN_MS = 500;
/** A bound for a response that waits for nothing: far below the deadlines, and far above what a busy machine needs. */
export const IMMEDIATE_MS = 1000;

/** Returns the member of a list header (RFC 9211, RFC 9209) that starts with `name`; undefined when there is none. */
export function member(response: HttpResponse, header: string, name: string): string | undefined {
  const value = response.headers[header];
  return String(value ?? '')
    .split(/,\s*/)
    .find((candidate) => candidate.split(';', 1)[0] === name);
}

/** Expects that Proxy-Status has the upstream's failure. */
export function expectProxyStatus(
  response: HttpResponse,
  upstream: string,
  expected: ProxyStatus,
): void {
  const parameters = member(response, 'proxy-status', upstream)?.split(/;\s*/).slice(1) ?? [];
  if ('error' in expected) expect(parameters).toContain(`error=${expected.error}`);
  else {
    expect(parameters).toContain(`received-status=${expected.receivedStatus}`);
    expect(parameters.join()).not.toMatch(/error=/);
  }
}

/** Expects a problem document (RFC 9457) that is not cached; a 503 has Retry-After. */
export function expectProblem(
  response: HttpResponse,
  status: number,
  slug: string,
  instance: string,
): void {
  expect(response.body).toMatchObject({
    type: `urn:social-network:problem:${slug}`,
    title: expect.any(String),
    status,
    detail: expect.any(String),
    instance,
    requestId: response.headers['x-request-id'],
  });
  expect(response.status).toBe(status);
  expect(response.headers['content-type']).toMatch(/^application\/problem\+json\b/);
  expect(response.headers['cache-control']).toBe('no-store');
  expect(response.headers['etag']).toBeUndefined();
  if (status === 503 || (status === 504 && response.headers['proxy-status'] !== undefined))
    expect(response.headers['retry-after']).toMatch(/^\d{1,4}$/);
}

/** Expects a degraded response: it names the author's source, is not cached, and has no validator. */
export function expectDegraded(response: HttpResponse): void {
  expect(response.status).toBe(200);
  expect(response.headers['cache-control']).toBe('no-store');
  expect(response.headers['etag']).toBeUndefined();
  expect(member(response, 'cache-status', 'author')).toBeDefined();
}

// Internals: addresses, libraries, error codes, stack traces, texts of the upstream.
const INTERNALS = new RegExp(
  String.raw`127\.0\.0|localhost|\.invalid|\bE[A-Z]{4,}\b|UND_ERR|HPE_|undici|opossum|node:|node_modules` +
    String.raw`|\.ts\b|\n\s+at |stack|Error\b|${SECRET}`,
);
// These values are random and may contain a port's digits by chance.
const RANDOM = new Set(['x-request-id', 'traceparent']);

/** Expects that neither the headers nor the body show internals, such as the ports of `upstreams`. */
export function expectNoInternals(
  response: HttpResponse,
  ...upstreams: readonly StubServer[]
): void {
  const { requestId, ...body } = Object(response.body) as { requestId?: unknown };
  const text = response.text.replaceAll(String(requestId), '');
  const headers = Object.entries(response.headers)
    .filter(([name]) => !RANDOM.has(name))
    .map(([name, value]) => `${name}: ${String(value)}`)
    .join('\n');
  const headersAndBody = `${headers}\n\n${text}\n${JSON.stringify(body)}`;
  expect(headersAndBody).not.toMatch(INTERNALS);
  for (const { port } of upstreams)
    expect(headersAndBody).not.toMatch(new RegExp(String.raw`\b${port}\b`));
}
