// What must hold of every answer that tells of a failed upstream.
import { expect } from '@jest/globals';
import { SECRET } from './behaviours.ts';
import type { Heard } from './client.ts';
import type { Told } from './faults.ts';
import type { Upstream } from './upstream.ts';

/** Beyond its deadline an answer may take as long as this, on a busy machine. */
export const MARGIN_MS = 500;

/** The member of a list header (RFC 9211, RFC 9209) that starts with `name`; undefined when there is none. */
export function member(heard: Heard, header: string, name: string): string | undefined {
  const value = heard.headers[header];
  return String(value ?? '')
    .split(/,\s*/)
    .find((candidate) => candidate.split(';', 1)[0] === name);
}

/** Proxy-Status tells of this upstream's failure, by the right name. */
export function expectTold(heard: Heard, upstream: string, told: Told): void {
  const said = member(heard, 'proxy-status', upstream)?.split(/;\s*/).slice(1) ?? [];
  if ('error' in told) expect(said).toContain(`error=${told.error}`);
  else {
    expect(said).toContain(`received-status=${told.receivedStatus}`);
    expect(said.join()).not.toMatch(/error=/);
  }
}

/** One problem document (RFC 9457), not to be stored; with Retry-After when it is a 503 or 429. */
export function expectProblem(heard: Heard, status: number, slug: string, instance: string): void {
  expect(heard.body).toMatchObject({
    type: `urn:social-network:problem:${slug}`,
    title: expect.any(String),
    status,
    detail: expect.any(String),
    instance,
    requestId: heard.headers['x-request-id'],
  });
  expect(heard.status).toBe(status);
  expect(heard.headers['content-type']).toMatch(/^application\/problem\+json\b/);
  expect(heard.headers['cache-control']).toBe('no-store');
  expect(heard.headers['etag']).toBeUndefined();
  if (status === 503) expect(heard.headers['retry-after']).toMatch(/^\d{1,4}$/);
}

/** A degraded answer says so and cannot be revalidated. */
export function expectDegraded(heard: Heard): void {
  expect(heard.status).toBe(200);
  expect(heard.headers['cache-control']).toBe('no-store');
  expect(heard.headers['etag']).toBeUndefined();
  expect(member(heard, 'cache-status', 'author')).toBeDefined();
}

// What belongs to the inside: addresses, libraries, error codes, stacks, what the upstream said.
const INSIDE = new RegExp(
  String.raw`127\.0\.0|localhost|\.invalid|\bE[A-Z]{4,}\b|UND_ERR|HPE_|undici|opossum|node:|node_modules` +
    String.raw`|\.ts\b|\n\s+at |stack|Error\b|${SECRET}`,
);
// Random by nature: they may hold a port's digits by chance.
const RANDOM = new Set(['x-request-id', 'traceparent']);

/** Nothing of the inside shows, neither in the headers nor in the body. */
export function expectNothingOfTheInside(heard: Heard, ...upstreams: readonly Upstream[]): void {
  const { requestId, ...body } = Object(heard.body) as { requestId?: unknown };
  const text = heard.text.replaceAll(String(requestId), '');
  const headers = Object.entries(heard.headers)
    .filter(([name]) => !RANDOM.has(name))
    .map(([name, value]) => `${name}: ${String(value)}`)
    .join('\n');
  const whole = `${headers}\n\n${text}\n${JSON.stringify(body)}`;
  expect(whole).not.toMatch(INSIDE);
  for (const { port } of upstreams) expect(whole).not.toMatch(new RegExp(String.raw`\b${port}\b`));
}
