// What can go wrong around Social's copy: whatever Identity does wrong, the copy stands in; whatever the copy does wrong,
// no post is lost by it.
import { describe, expect, test } from '@jest/globals';
import { only, silent, status } from '../support/behaviours.ts';
import { command, stateOf } from '../support/breakers.ts';
import { until } from '../support/client.ts';
import {
  expectDegraded,
  expectNothingOfTheInside,
  expectTold,
  MARGIN_MS,
  member,
} from '../support/expectations.ts';
import { faults, heal, type Fault } from '../support/faults.ts';
import { useNames } from '../support/names.ts';
import { stage } from '../support/stage.ts';
import { wholePost } from '../support/world.ts';

const COPY = /^\/api\/authors/;
/** Short where the fault is to be slow; long where it is quick, so that a busy machine does not make it slow. */
const deadline = ({ status: code }: Fault) => (code === 504 ? 300 : 2000);
const quick = {
  AUTHOR_STRATEGY: 'hybrid',
  BREAKER_RESET_MS: '50',
  UPSTREAM_MAX_BYTES: '65536',
};
const patient = { REQUEST_DEADLINE_MS: '9000' };
const authorless = (id: number) => ({ ...wholePost(id), author: null });

useNames();

describe.each(faults)('Identity $name', (fault) => {
  const deadlineMs = deadline(fault);

  test('the author comes from the copy, in time, and says so; then it heals', async () => {
    const env = { ...quick, AUTHOR_DEADLINE_MS: String(deadlineMs) };
    const { identity, social, get } = await stage({ hosts: { identity: fault.host }, env });
    await fault.strike(identity);

    // Until the breaker opens, and beyond.
    for (let id = 5; id < 12; id += 1) {
      const heard = await get(`/api/posts/${id}`);
      expect(heard.body).toEqual(wholePost(id));
      expectDegraded(heard);
      expect(member(heard, 'cache-status', 'author')).toBe('author; fwd=miss; detail=replica');
      if (id === 5) expectTold(heard, 'identity', fault.told);
      expectNothingOfTheInside(heard, identity, social);
      expect(heard.ms).toBeLessThan(deadlineMs + MARGIN_MS);
    }

    await heal(identity);
    await until('the answer is whole', async () => {
      return (await get('/api/posts/5')).headers['etag'] !== undefined;
    });
  });
});

describe.each(faults.filter(({ behaviour }) => behaviour !== undefined))(
  'without Identity, the copy $name',
  (fault) => {
    const deadlineMs = deadline(fault);

    test('every post comes without its author, in time, and Social’s breaker hears nothing of it', async () => {
      const env = { ...quick, AUTHOR_DEADLINE_MS: String(deadlineMs), BREAKER_VOLUME: '3' };
      const it = await stage({ env });
      await it.identity.refuse();
      it.social.behave(only(COPY, fault.behaviour!));

      for (let id = 5; id < 12; id += 1) {
        const heard = await it.get(`/api/posts/${id}`);
        expect(heard.body).toEqual(authorless(id));
        expectDegraded(heard);
        if (id === 5) expectTold(heard, 'social', fault.told);
        expectNothingOfTheInside(heard, it.identity, it.social);
        expect(heard.ms).toBeLessThan(deadlineMs + MARGIN_MS);
      }
      expect(await stateOf(it, 'social')).toBe('closed');

      it.social.behave();
      const heard = await until('the copy is asked again', async () => {
        const again = await it.get('/api/posts/5');
        return member(again, 'cache-status', 'author')?.includes('replica') === true && again;
      });
      expect(heard.body).toEqual(wholePost(5));
    });
  },
);

describe('a copy that does not answer', () => {
  const REFUSED = 'gateway_rejections_total{upstream="identity",reason="breaker_open"}';
  const env = { AUTHOR_STRATEGY: 'hybrid', BREAKER_VOLUME: '2' };

  test('leaves posts their connections: at most a quarter of them wait for it', async () => {
    const it = await stage({
      env: { ...env, UPSTREAM_CONNECTIONS: '4', AUTHOR_DEADLINE_MS: '8000', ...patient },
    });
    await command(it, 'identity', 'open');
    const release = it.social.hold(COPY);
    const answers = [];
    // One after the other, so that their authors are not one request.
    for (let id = 1; id <= 8; id += 1) {
      answers.push(it.get(`/api/posts/${id}`));
      await until('Social is asked for the post', () => it.social.asked(/posts/) === id, 2000);
      await until('its author is wanted', async () => (await it.metric(REFUSED)) === id);
    }
    expect(it.social.asked(COPY)).toBe(1);
    release();
    for (const [at, heard] of (await Promise.all(answers)).entries())
      expect(heard.body).toEqual(wholePost(at + 1));
  });

  test('costs no time any more once it is known for that', async () => {
    const { get, identity, social } = await stage({
      env: { ...env, AUTHOR_DEADLINE_MS: '300' },
    });
    await identity.refuse();
    social.behave(only(COPY, silent));
    let id = 5;
    const heard = await until('nobody waits for it', async () => {
      const next = await get(`/api/posts/${(id += 1)}`);
      return member(next, 'proxy-status', 'social')?.includes('unavailable') === true && next;
    });
    expect(heard.body).toEqual(authorless(id));
    const before = social.asked(COPY);
    for (let more = 0; more < 3; more += 1) await get(`/api/posts/${(id += 1)}`);
    expect(social.asked(COPY)).toBe(before);
  });
});

test('while Social’s breaker is open, the copy is not asked, nor does it take the probe’s place', async () => {
  const it = await stage({ env: { ...quick, BREAKER_RESET_MS: '60000', BREAKER_VOLUME: '2' } });
  await it.identity.refuse();
  it.social.behave(status(500));
  await until('the breaker opens', async () => {
    await it.get('/api/posts/5');
    return (await stateOf(it, 'social')) === 'open';
  });
  it.social.behave();
  it.social.forget();
  expect((await it.get('/api/users/6')).status).toBe(503);
  expect(it.social.seen).toEqual([]);
});
