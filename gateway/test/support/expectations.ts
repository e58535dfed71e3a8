// What must hold of every answer that tells of a failed upstream.
import { expect } from '@jest/globals';
import { SECRET } from './faulty-responders.ts';
import type { HttpResponse } from 'chassis/testing/http-client';
import type { ProxyStatus } from './faults.ts';
import type { StubServer } from 'chassis/testing/stub-server';

/** Beyond its deadline an answer may take as long as this, on a busy machine. */
export const MARGIN_MS = 500;

/** The member of a list header (RFC 9211, RFC 9209) that starts with `name`; undefined when there is none. */
export function member(response: HttpResponse, header: string, name: string): string | undefined {
  const value = response.headers[header];
  return String(value ?? '')
    .split(/,\s*/)
    .find((candidate) => candidate.split(';', 1)[0] === name);
}

/** Proxy-Status tells of this upstream's failure, by the right name. */
export function expectProxyStatus(
  response: HttpResponse,
  upstream: string,
  told: ProxyStatus,
): void {
  const said = member(response, 'proxy-status', upstream)?.split(/;\s*/).slice(1) ?? [];
  if ('error' in told) expect(said).toContain(`error=${told.error}`);
  else {
    expect(said).toContain(`received-status=${told.receivedStatus}`);
    expect(said.join()).not.toMatch(/error=/);
  }
}

/** One problem document (RFC 9457), not to be stored; with Retry-After when it is a 503 or 429. */
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
  if (status === 503) expect(response.headers['retry-after']).toMatch(/^\d{1,4}$/);
}

/** A degraded answer says so and cannot be revalidated. */
export function expectDegraded(response: HttpResponse): void {
  expect(response.status).toBe(200);
  expect(response.headers['cache-control']).toBe('no-store');
  expect(response.headers['etag']).toBeUndefined();
  expect(member(response, 'cache-status', 'author')).toBeDefined();
}

// What belongs to the inside: addresses, libraries, error codes, stacks, what the upstream said.
const INSIDE = new RegExp(
  String.raw`127\.0\.0|localhost|\.invalid|\bE[A-Z]{4,}\b|UND_ERR|HPE_|undici|opossum|node:|node_modules` +
    String.raw`|\.ts\b|\n\s+at |stack|Error\b|${SECRET}`,
);
// Random by nature: they may hold a port's digits by chance.
const RANDOM = new Set(['x-request-id', 'traceparent']);

/** Nothing of the inside shows, neither in the headers nor in the body. */
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
  const whole = `${headers}\n\n${text}\n${JSON.stringify(body)}`;
  expect(whole).not.toMatch(INSIDE);
  for (const { port } of upstreams) expect(whole).not.toMatch(new RegExp(String.raw`\b${port}\b`));
}
