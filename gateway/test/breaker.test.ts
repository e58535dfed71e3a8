// The breakers as clients, operators and upstreams see them: over real sockets, states read from the metrics.
import { describe, expect, test } from '@jest/globals';
import { askAndMayLeave, until } from './support/client.ts';
import { expectProblem, expectTold } from './support/expectations.ts';
import { seriesIn } from './support/metrics.ts';
import { silent, status } from './support/behaviours.ts';
import { authorOf, wholePost } from './support/services.ts';
import { stage, type Stage } from './support/stage.ts';

type Name = 'identity' | 'social';
type State = 'closed' | 'open' | 'half_open' | 'forced_open' | 'forced_closed';
const STATES: readonly State[] = ['closed', 'open', 'half_open', 'forced_open', 'forced_closed'];
const UNAVAILABLE = { error: 'destination_unavailable' };
// Far below the deadlines, far above what a busy machine needs.
const AT_ONCE_MS = 700;

/** The one state whose series is 1. */
async function stateOf({ admin }: Stage, upstream: Name): Promise<State | undefined> {
  const { text } = await admin('/metrics');
  const values = STATES.map((state) =>
    seriesIn(text, `gateway_breaker_state{upstream="${upstream}",state="${state}"}`),
  );
  expect(values.filter((value) => value === 0)).toHaveLength(STATES.length - 1);
  expect(values).toContain(1);
  return STATES[values.indexOf(1)];
}

const become = (it: Stage, upstream: Name, state: State) =>
  until(`the breaker of ${upstream} is ${state}`, async () => {
    return (await stateOf(it, upstream)) === state;
  });

const command = async (it: Stage, upstream: Name, word: string) => {
  const heard = await it.admin(`/breakers/${upstream}/${word}`, { method: 'POST' });
  expect(heard.status).toBeLessThan(300);
};

/** Lets the upstream fail until its breaker opens. */
async function breakIt(it: Stage, upstream: Name): Promise<void> {
  it[upstream].behave(status(500));
  let id = 100;
  await until(`the breaker of ${upstream} opens`, async () => {
    await it.get(`/api/posts/${(id += 1)}`);
    return (await stateOf(it, upstream)) === 'open';
  });
}

describe.each(['identity', 'social'] as const)('the breaker of %s', (upstream) => {
  const population = { posts: 1000, authors: 1000 };
  const roomy = { AUTHOR_DEADLINE_MS: '1500', REQUEST_DEADLINE_MS: '3000' };

  test('half-open, it lets one probe through under 50 requests at once; its success closes it', async () => {
    const it = await stage({ population, env: { ...roomy, BREAKER_RESET_MS: '150' } });
    await breakIt(it, upstream);
    it[upstream].behave();
    const release = it[upstream].hold();
    it[upstream].forget();
    await become(it, upstream, 'half_open');

    let answered = 0;
    const answers = Array.from({ length: 50 }, async (_, at) => {
      const heard = await it.get(`/api/posts/${at + 1}`);
      answered += 1;
      return heard;
    });
    const probe = await until('the probe is out', () => it[upstream].seen[0]);
    // Those whose post or author travels with the probe wait for it; all others are answered without.
    const sharing = (probe.path.match(/\d+/g) ?? []).filter((id) => Number(id) <= 51).length;
    await until('the others are answered', () => answered === 50 - sharing);
    expect(it[upstream].seen).toHaveLength(1);
    expect(await stateOf(it, upstream)).toBe('half_open');

    release();
    await Promise.all(answers);
    expect(it[upstream].seen).toHaveLength(1);
    await become(it, upstream, 'closed');
    expect((await it.get('/api/posts/60')).body).toEqual(wholePost(60, population));
  });

  test('half-open, a probe that fails opens it again', async () => {
    const it = await stage({ env: { ...roomy, BREAKER_RESET_MS: '100' } });
    await breakIt(it, upstream);
    await become(it, upstream, 'half_open');
    const series = `gateway_breaker_transitions_total{upstream="${upstream}",to="open"}`;
    const closed = `gateway_breaker_transitions_total{upstream="${upstream}",to="closed"}`;
    const before = (await it.metric(series)) ?? 0;
    await it.get('/api/posts/5');
    await until('it is open again', async () => ((await it.metric(series)) ?? 0) > before);
    expect(await it.metric(closed)).toBe(0);
  });

  test('half-open, a probe whose client hangs up does not close it', async () => {
    const it = await stage({ env: { ...roomy, BREAKER_RESET_MS: '100' } });
    await breakIt(it, upstream);
    it[upstream].behave(silent);
    it[upstream].forget();
    await become(it, upstream, 'half_open');
    const closed = `gateway_breaker_transitions_total{upstream="${upstream}",to="closed"}`;
    const before = await it.metric(closed);
    const probe = askAndMayLeave(`${it.gateway.url}/api/posts/5`);
    await until('the probe is out', () => it[upstream].seen.length === 1);
    await probe.leave();
    await until('its request is over', async () => {
      return (await it.metric('http_requests_in_flight')) === 0;
    });
    expect(await stateOf(it, upstream)).not.toBe('closed');
    expect(await it.metric(closed)).toBe(before);
    // Nor is it stuck for ever.
    it[upstream].behave();
    await until('the answers are whole again', async () => {
      return (await it.get('/api/posts/6')).headers['etag'] !== undefined;
    });
  });

  test('half-open, a client that hangs up on an attempt from before does not close it', async () => {
    const it = await stage({ population, env: { ...roomy, BREAKER_RESET_MS: '100' } });
    it[upstream].hold();
    const straggler = askAndMayLeave(`${it.gateway.url}/api/posts/5`);
    await until('the straggler is out', () => it[upstream].seen.length === 1);
    await breakIt(it, upstream);
    it[upstream].behave(silent);
    await become(it, upstream, 'half_open');

    await straggler.leave();
    await until('the upstream sees it leave', () => it[upstream].seen[0]?.left === true);
    expect(
      await it.metric(`gateway_breaker_transitions_total{upstream="${upstream}",to="closed"}`),
    ).toBe(0);
    expect(await stateOf(it, upstream)).not.toBe('closed');
  });

  test('open, it costs neither a request nor a wait', async () => {
    const it = await stage({ env: roomy });
    await command(it, upstream, 'open');
    it[upstream].behave(silent);

    const heard = await it.get('/api/posts/5');
    expect(heard.ms).toBeLessThan(AT_ONCE_MS);
    expect(it[upstream].seen).toHaveLength(0);
    expectTold(heard, upstream, UNAVAILABLE);
    if (upstream === 'identity') expect(heard.body).toEqual({ ...wholePost(5), author: null });
    else expectProblem(heard, 503, 'upstream-unavailable', '/api/posts/5');
    expect(
      await it.metric(`gateway_rejections_total{upstream="${upstream}",reason="breaker_open"}`),
    ).toBeGreaterThan(0);
  });

  test('open by its own count, it refuses as the forced one does', async () => {
    const it = await stage({ env: { ...roomy, BREAKER_RESET_MS: '60000' } });
    await breakIt(it, upstream);
    it[upstream].behave(silent);
    it[upstream].forget();
    const heard = await it.get('/api/posts/5');
    expect(heard.ms).toBeLessThan(AT_ONCE_MS);
    expect(it[upstream].seen).toHaveLength(0);
    expectTold(heard, upstream, UNAVAILABLE);
  });

  test('an operator forces it open and closed, and gives it back to itself', async () => {
    const it = await stage({ env: { ...roomy, BREAKER_RESET_MS: '60000' } });
    await command(it, upstream, 'open');
    expect(await stateOf(it, upstream)).toBe('forced_open');
    await it.get('/api/posts/5');
    expect(it[upstream].seen).toHaveLength(0);

    await command(it, upstream, 'close');
    expect(await stateOf(it, upstream)).toBe('forced_closed');
    it[upstream].behave(status(500));
    for (let id = 1; id <= 20; id += 1) await it.get(`/api/posts/${id}`);
    expect(await stateOf(it, upstream)).toBe('forced_closed');
    expect(it[upstream].seen.length).toBeGreaterThanOrEqual(20);
    it[upstream].behave();
    expect((await it.get('/api/posts/99')).body).toEqual(wholePost(99));

    await command(it, upstream, 'auto');
    await become(it, upstream, 'closed');
    await breakIt(it, upstream);
    expect(await stateOf(it, upstream)).toBe('open');
  });

  test('given back to itself, it does not open for what it counted before', async () => {
    const it = await stage({ env: { ...roomy, BREAKER_RESET_MS: '60000' } });
    await breakIt(it, upstream);
    await command(it, upstream, 'close');
    await command(it, upstream, 'auto');
    await it.get('/api/posts/5');
    expect(await stateOf(it, upstream)).toBe('closed');
  });

  test('its series are there from the start and follow each transition', async () => {
    const it = await stage({ env: { ...roomy, BREAKER_RESET_MS: '100' } });
    expect(await stateOf(it, upstream)).toBe('closed');
    const transitions = async (to: State) =>
      it.metric(`gateway_breaker_transitions_total{upstream="${upstream}",to="${to}"}`);
    expect(await Promise.all(STATES.map(transitions))).toEqual([0, 0, 0, 0, 0]);

    await breakIt(it, upstream);
    it[upstream].behave();
    expect(await transitions('open')).toBe(1);
    await until('it is closed again', async () => {
      await it.get('/api/posts/5');
      return (await transitions('closed')) === 1;
    });
    expect(await Promise.all(STATES.map(transitions))).toEqual([1, 1, 1, 0, 0]);
    expect(await stateOf(it, upstream)).toBe('closed');
  });
});

test('404s never open a breaker', async () => {
  const it = await stage({ population: { posts: 10, authors: 1000 } });
  for (let id = 1000; id < 1030; id += 1) {
    expect((await it.get(`/api/posts/${id}`)).status).toBe(404);
    expect((await it.get(`/api/users/${id + 1000}`)).status).toBe(404);
  }
  expect(it.social.seen).toHaveLength(30);
  expect(it.identity.seen).toHaveLength(30);
  expect(await stateOf(it, 'social')).toBe('closed');
  expect(await stateOf(it, 'identity')).toBe('closed');
});

test.each([401, 403, 404, 410])('%i from an upstream never opens its breaker', async (code) => {
  const it = await stage();
  it.social.behave(status(code));
  for (let id = 1; id <= 30; id += 1) await it.get(`/api/posts/${id}`);
  expect(it.social.seen).toHaveLength(30);
  expect(await stateOf(it, 'social')).toBe('closed');
});

test('an author that does not exist is null, and nothing is degraded by that', async () => {
  const it = await stage({ population: { authors: 100 } });
  // Social knows authors that Identity has never heard of.
  it.identity.behave(status(404));
  for (let id = 1; id <= 30; id += 1) {
    const heard = await it.get(`/api/posts/${id}`);
    expect(heard.body).toEqual({ ...wholePost(id), author: null });
    expect(heard.headers['etag']).toBeDefined();
    expect(heard.headers['proxy-status']).toBeUndefined();
  }
  expect(it.identity.seen).toHaveLength(30);
  expect(await stateOf(it, 'identity')).toBe('closed');
});

test.each(['identity', 'social'] as const)(
  'clients that hang up while %s is asked never open its breaker',
  async (upstream) => {
    const it = await stage({
      env: { AUTHOR_DEADLINE_MS: '5000', REQUEST_DEADLINE_MS: '10000', BREAKER_VOLUME: '2' },
    });
    it[upstream].hold();
    for (let id = 1; id <= 20; id += 1) {
      const client = askAndMayLeave(`${it.gateway.url}/api/posts/${id}`);
      await until('the upstream is asked', () => it[upstream].seen.length === id);
      await client.leave();
    }
    await until('all are gone', async () => (await it.metric('http_requests_in_flight')) === 0);
    expect(authorOf(1)).not.toBe(authorOf(2));
    expect(await stateOf(it, upstream)).toBe('closed');
    expect(
      await it.metric(`gateway_breaker_transitions_total{upstream="${upstream}",to="open"}`),
    ).toBe(0);
    it[upstream].behave();
    expect((await it.get('/api/posts/50')).body).toEqual(wholePost(50));
  },
);
