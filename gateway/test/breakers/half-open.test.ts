// A half-open breaker: one probe, and what may and may not close it.
import { describe, expect, test } from '@jest/globals';
import { become, breakIt, stateOf } from '../support/breakers.ts';
import { silent } from '../support/behaviours.ts';
import { askAndMayLeave, until } from '../support/client.ts';
import { wholePost } from '../support/world.ts';
import { stage } from '../support/stage.ts';

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
});
