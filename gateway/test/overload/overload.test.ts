// More than the gateway can take, and clients that do not wait: who is refused, who is served, what is given up.
import { expect, test } from '@jest/globals';
import { askAndMayLeave, until, type Heard } from '../support/client.ts';
import { expectProblem, expectTold } from '../support/expectations.ts';
import { wholePost } from '../support/world.ts';
import { stage, type Stage } from '../support/stage.ts';

const CAP = 4;
// Far below the deadlines, far above what a busy machine needs.
const AT_ONCE_MS = 1000;
const patient = {
  MAX_IN_FLIGHT: String(CAP),
  REQUEST_DEADLINE_MS: '8000',
  AUTHOR_DEADLINE_MS: '5000',
};

const inFlight = (it: Stage, count: number) =>
  until(`${count} requests are in flight`, async () => {
    return (await it.metric('http_requests_in_flight')) === count;
  });

/** As many clients as there are places, all waiting for Social, one upstream request each. */
async function fill(it: Stage) {
  const release = it.social.hold();
  const clients = [];
  for (let id = 1; id <= CAP; id += 1) {
    clients.push(askAndMayLeave(`${it.gateway.url}/api/posts/${id}`));
    await until('Social is asked', () => it.social.seen.length === id);
  }
  return { clients, release };
}

test('past MAX_IN_FLIGHT a request is refused at once, before any work', async () => {
  const it = await stage({ env: patient });
  const { clients, release } = await fill(it);

  for (const path of ['/api/posts/99', '/api/users/9', '/nothing', '/api/openapi.json']) {
    const refused = await it.get(path);
    expectProblem(refused, 503, 'overloaded', path);
    expect(refused.ms).toBeLessThan(AT_ONCE_MS);
  }
  expect(it.social.seen).toHaveLength(CAP);
  expect(it.identity.seen).toHaveLength(0);
  expect(await it.metric('gateway_rejections_total{upstream="none",reason="overload"}')).toBe(4);

  release();
  const answers = await Promise.all(clients.map(({ answer }) => answer));
  expect(answers.map(({ body }) => body)).toEqual([1, 2, 3, 4].map((id) => wholePost(id)));
  expect((await it.get('/api/posts/99')).body).toEqual(wholePost(99));
});

test('while it is overloaded, the admin port answers', async () => {
  const it = await stage({ env: patient });
  const { clients, release } = await fill(it);
  for (const path of ['/healthz', '/readyz', '/metrics', '/breakers']) {
    const heard = await it.admin(path);
    expect(heard.status).toBe(200);
    expect(heard.ms).toBeLessThan(AT_ONCE_MS);
  }
  release();
  await Promise.all(clients.map(({ answer }) => answer));
});

test('readiness does not depend on Identity', async () => {
  const it = await stage();
  await it.identity.refuse();
  await it.get('/api/posts/5');
  expect((await it.admin('/readyz')).status).toBe(200);
});

test('a client that leaves frees its place', async () => {
  const it = await stage({ env: patient });
  const { clients, release } = await fill(it);
  await clients[0]?.leave();
  await inFlight(it, CAP - 1);
  const next = it.get('/api/posts/50');
  await until('Social is asked', () => it.social.asked(/50/) === 1);
  release();
  expect((await next).body).toEqual(wholePost(50));
  await Promise.all(clients.slice(1).map(({ answer }) => answer));
});

test('a client that leaves ends the upstream work that was for it alone', async () => {
  const it = await stage({ env: patient });
  const { clients, release } = await fill(it);
  await clients[1]?.leave();
  await until('Social sees it leave', () => it.social.seen[1]?.left === true);
  expect(it.social.seen.filter(({ left }) => left)).toHaveLength(1);
  release();
  for (const at of [0, 2, 3]) expect((await clients[at]?.answer)?.body).toEqual(wholePost(at + 1));
});

test('a client that leaves while its author is asked for ends that too', async () => {
  const it = await stage({ env: patient });
  it.identity.hold();
  const client = askAndMayLeave(`${it.gateway.url}/api/posts/5`);
  await until('Identity is asked', () => it.identity.seen.length === 1);
  await client.leave();
  await until('Identity sees it leave', () => it.identity.seen[0]?.left === true);
});

test('a shared flight goes on for the others, also when its first client leaves', async () => {
  const it = await stage({ env: patient });
  const release = it.social.hold();
  const first = askAndMayLeave(`${it.gateway.url}/api/posts/5`);
  await until('Social is asked', () => it.social.seen.length === 1);
  const others = [1, 2].map(() => it.get('/api/posts/5'));
  await inFlight(it, 3);
  await first.leave();
  await inFlight(it, 2);
  expect(it.social.seen).toEqual([expect.objectContaining({ left: false })]);
  release();
  for (const heard of await Promise.all(others)) expect(heard.body).toEqual(wholePost(5));
  expect(it.social.seen).toHaveLength(1);
});

test('when all who share a flight have left, it is given up; who comes later asks anew', async () => {
  const it = await stage({ env: patient });
  const release = it.social.hold();
  const clients = [1, 2].map(() => askAndMayLeave(`${it.gateway.url}/api/posts/5`));
  await inFlight(it, 2);
  await until('Social is asked', () => it.social.seen.length === 1);
  for (const client of clients) await client.leave();
  await until('Social sees them leave', () => it.social.seen[0]?.left === true);
  const later = it.get('/api/posts/5');
  await until('Social is asked again', () => it.social.seen.length === 2);
  release();
  expect((await later).body).toEqual(wholePost(5));
});

test('attempts beyond the connections wait for one, in a bounded room; beyond that they are refused at once', async () => {
  const ROOM = 20;
  const it = await stage({ env: { UPSTREAM_CONNECTIONS: '1', REQUEST_DEADLINE_MS: '8000' } });
  const release = it.social.hold();
  const waiting: Promise<Heard>[] = [];
  // One after the other, so that they do not travel together.
  for (let id = 1; id <= 1 + ROOM; id += 1) {
    waiting.push(it.get(`/api/posts/${id}`));
    await inFlight(it, id);
  }
  const refused = await it.get('/api/posts/99');
  expectProblem(refused, 503, 'upstream-unavailable', '/api/posts/99');
  expectTold(refused, 'social', { error: 'connection_limit_reached' });
  expect(refused.ms).toBeLessThan(AT_ONCE_MS);
  const series = 'gateway_rejections_total{upstream="social",reason="bulkhead_full"}';
  expect(await it.metric(series)).toBe(1);
  expect(it.social.seen).toHaveLength(1);

  release();
  for (const [index, heard] of (await Promise.all(waiting)).entries())
    expect(heard.body).toEqual(wholePost(index + 1));
});
