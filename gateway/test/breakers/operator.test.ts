// Open and forced breakers: what they cost clients, what operators can do and see.
import { describe, expect, test } from '@jest/globals';
import { become, breakIt, command, stateOf, STATES, type State } from '../support/breakers.ts';
import { silent, status } from '../support/behaviours.ts';
import { until } from '../support/client.ts';
import { expectProblem, expectTold } from '../support/expectations.ts';
import { wholePost } from '../support/world.ts';
import { stage } from '../support/stage.ts';

const UNAVAILABLE = { error: 'destination_unavailable' };
// Far below the deadlines, far above what a busy machine needs.
const AT_ONCE_MS = 700;

describe.each(['identity', 'social'] as const)('the breaker of %s', (upstream) => {
  const roomy = { AUTHOR_DEADLINE_MS: '1500', REQUEST_DEADLINE_MS: '3000' };

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
