// Writes while an upstream is broken: sent once, and what is not known is told as not known.
import { describe, expect, test } from '@jest/globals';
import { PASSWORD } from '../support/accounts.ts';
import { closesOnReuse, hangsUp, resetsOnReuse, silent } from '../support/behaviours.ts';
import { command, stateOf } from '../support/breakers.ts';
import { expectNothingOfTheInside, expectProblem, expectTold } from '../support/expectations.ts';
import { faults } from '../support/faults.ts';
import { useNames } from '../support/names.ts';
import { bearer } from '../support/session.ts';
import { stage, type Casting, type Stage } from '../support/stage.ts';
import type { Behaviour } from '../support/upstream.ts';

useNames();

/** What is told of a fault by which an answer is lost that may have been given: none came, or none that can be read. */
const LOST = new Set([
  'http_response_timeout',
  'connection_terminated',
  'http_response_incomplete',
  'http_response_body_size',
  'http_response_header_section_size',
  'http_response_content_coding',
  'http_protocol_error',
]);
const impatient = { REQUEST_DEADLINE_MS: '1000', AUTHOR_DEADLINE_MS: '300' };

/** A stage whose gateway knows the keys, and whose session user 7 has. */
async function warmed(casting: Casting = {}) {
  const it = await stage({ env: impatient, ...casting });
  const headers = bearer(it.identity.begin(7));
  await it.get('/api/friends', { headers });
  it.identity.forget();
  it.social.forget();
  return { it, headers };
}

const write = (it: Stage, headers: Readonly<Record<string, string>>) =>
  it.get('/api/posts', { method: 'POST', headers, json: { content: 'Hello.' } });
const sent = (it: Stage) => it.social.seen.filter(({ method }) => method === 'POST');

describe.each(faults)('a post, while Social $name', ({ strike, host, told, status, name }) => {
  const isLost = 'error' in told && LOST.has(told.error);
  const asked = /refuses|resolve/.test(name) ? 0 : 1;

  test(`is sent ${asked === 1 ? 'once' : 'to nobody'}, and its end is ${isLost ? 'not ' : ''}known`, async () => {
    const { it, headers } = await warmed({ hosts: { social: host } });
    await strike(it.social);
    const heard = await write(it, headers);
    const failed = status === 503 ? 'upstream-unavailable' : 'upstream-invalid';
    if (isLost) expectProblem(heard, 504, 'outcome-unknown', '/api/posts');
    else expectProblem(heard, status, failed, '/api/posts');
    expectTold(heard, 'social', told);
    expectNothingOfTheInside(heard, it.identity, it.social);
    expect(sent(it)).toHaveLength(asked);
  });
});

const SEVEN = { username: 'user_7', password: PASSWORD };
const ANN = { username: 'ann', email: 'ann@secret.example', password: PASSWORD };
type Who = 'identity' | 'social';
const WRITES: readonly [string, string, Who, object | undefined][] = [
  ['PATCH', '/api/posts/6', 'social', { content: 'Hello again.' }],
  ['DELETE', '/api/posts/6', 'social', undefined],
  ['PUT', '/api/friends/9', 'social', undefined],
  ['DELETE', '/api/friends/9', 'social', undefined],
  ['PATCH', '/api/me', 'identity', { username: 'sun_dog' }],
  ['DELETE', '/api/me', 'identity', { currentPassword: PASSWORD }],
  ['POST', '/api/auth/register', 'identity', ANN],
  ['POST', '/api/auth/login', 'identity', SEVEN],
  ['POST', '/api/auth/token', 'identity', SEVEN],
  ['POST', '/api/auth/logout', 'identity', undefined],
];

describe.each(WRITES)('%s %s', (method, path, upstream, json) => {
  const asking = (headers: Readonly<Record<string, string>>) => ({
    method,
    headers,
    ...(json && { json }),
  });
  const writes = (it: Stage) => it[upstream].seen.filter((each) => each.method !== 'GET');

  test.each<[string, Behaviour]>([
    ['the connection ends', hangsUp],
    ['it comes too late', silent],
  ])('whose answer is lost as %s is not repeated, and may have been done', async (_, behaviour) => {
    const { it, headers } = await warmed();
    // Whom it is about is known, so that only the write goes to it.
    await it.get('/api/users/9');
    it[upstream].behave(behaviour);
    expectProblem(await it.get(path, asking(headers)), 504, 'outcome-unknown', path);
    expect(writes(it)).toHaveLength(1);
  });

  test('is not sent while the breaker is open: a 503 at once', async () => {
    const { it, headers } = await warmed();
    await it.get('/api/users/9');
    await command(it, upstream, 'open');
    expectProblem(await it.get(path, asking(headers)), 503, 'upstream-unavailable', path);
    expect(writes(it)).toEqual([]);
  });
});

test('what surely did not leave is tried once more, and then told as not done', async () => {
  const { it, headers } = await warmed();
  await it.social.refuse();
  expectProblem(await write(it, headers), 503, 'upstream-unavailable', '/api/posts');
  const attempts = 'gateway_upstream_attempt_duration_seconds_count';
  const series = `${attempts}{upstream="social",operation="create_post",outcome="refused"}`;
  expect(await it.metric(series)).toBe(2);
  expect(await it.metric('gateway_retries_total{upstream="social"}')).toBe(1);
});

test.each<[string, Behaviour]>([
  ['closed', closesOnReuse],
  ['reset', resetsOnReuse],
])(
  'a write on a kept-alive socket that is %s at that moment is not sent again',
  async (_, behaviour) => {
    const { it, headers } = await warmed();
    // A socket of its own: the one that was used before is not known to die.
    await it.social.refuse();
    await it.social.accept();
    it.social.behave(behaviour);
    expect((await write(it, headers)).status).toBe(201);
    const heard = await write(it, headers);
    expectProblem(heard, 504, 'outcome-unknown', '/api/posts');
    expectTold(heard, 'social', { error: 'connection_terminated' });
    expect(sent(it)).toHaveLength(2);
  },
);

test('writes open the breaker as reads do, and a refusal never does', async () => {
  const { it, headers } = await warmed();
  for (let count = 0; count < 10; count += 1)
    await it.get('/api/posts/1', { method: 'DELETE', headers });
  expect(await stateOf(it, 'social')).toBe('closed');
  it.social.behave(hangsUp);
  for (let count = 0; count < 30; count += 1) await write(it, headers);
  expect(await stateOf(it, 'social')).toBe('open');
});

describe('Idempotency-Key', () => {
  test.each([
    ['plain', 'order-66', '"order-66"'],
    ['quoted', '"order 66"', '"order 66"'],
  ])('given %s, is passed on', async (_, given, passed) => {
    const { it, headers } = await warmed();
    expect((await write(it, { ...headers, 'Idempotency-Key': given })).status).toBe(201);
    expect(sent(it)[0]?.headers['idempotency-key']).toBe(passed);
  });

  test('not given, is not made up', async () => {
    const { it, headers } = await warmed();
    await write(it, headers);
    expect(sent(it)[0]?.headers).not.toHaveProperty('idempotency-key');
  });

  test.each(['', 'two words', '"unfinished', 'x'.repeat(201), 'naïve'])(
    'as %j is a 400, and nothing is sent',
    async (key) => {
      const { it, headers } = await warmed();
      const heard = await write(it, { ...headers, 'Idempotency-Key': key });
      expect(heard.body).toMatchObject({
        status: 400,
        errors: [{ pointer: '/header/Idempotency-Key' }],
      });
      expect(sent(it)).toEqual([]);
    },
  );
});
