// Answers that depend on who asks: nobody else's, and nothing in them but what the contract names.
import { expect, test } from '@jest/globals';
import { PASSWORD } from '../support/accounts.ts';
import { until } from '../support/client.ts';
import { bearer } from '../support/session.ts';
import { stage, type Stage } from '../support/stage.ts';
import { refuses, type Behaviour, type Upstream } from '../support/upstream.ts';

/** Whatever has an id says more of itself than it should. */
const gossips: Behaviour = ({ res, status, body }) => {
  const told = body.replaceAll(
    '{"id"',
    '{"shoeSize":"said-too-much","passwordHash":"said-too-much","id"',
  );
  res.writeHead(status, {
    'Content-Type': status < 400 ? 'application/json' : 'application/problem+json',
    'Set-Cookie': 'a=said-too-much',
  });
  res.end(status === 204 ? undefined : told);
};

const ANN = { username: 'ann', email: 'ann@secret.example', password: PASSWORD };
const SEVEN = { username: 'user_7', password: PASSWORD };

const ASKED: readonly [string, string, object | undefined][] = [
  ['GET', '/api/feed', undefined],
  ['GET', '/api/friends', undefined],
  ['GET', '/api/friends/requests', undefined],
  ['PUT', '/api/friends/9', undefined],
  ['DELETE', '/api/friends/9', undefined],
  ['GET', '/api/me', undefined],
  ['PATCH', '/api/me', { username: 'sun_dog' }],
  ['POST', '/api/posts', { content: 'Hello.' }],
  ['PATCH', '/api/posts/6', { content: 'Hello again.' }],
  ['DELETE', '/api/posts/6', undefined],
  ['POST', '/api/auth/register', ANN],
  ['POST', '/api/auth/login', SEVEN],
  ['POST', '/api/auth/token', SEVEN],
];

test.each(ASKED)(
  '%s %s tells nothing of what the upstreams say beyond their contracts',
  async (method, path, json) => {
    const it = await stage();
    for (const upstream of [it.identity, it.social]) upstream.behave(gossips);
    const headers = bearer(it.identity.begin(7));
    const heard = await it.get(path, { method, headers, ...(json && { json }) });
    expect(heard.status).toBeLessThan(300);
    expect(heard.text + JSON.stringify(heard.headers)).not.toMatch(
      /shoeSize|passwordHash|said-too-much/,
    );
  },
);

test('a refusal tells its words and where the faults are, and nothing else', async () => {
  const it = await stage();
  const fault = {
    pointer: '/body/content',
    detail: 'expected something else',
    value: 'said-too-much',
  };
  it.social.behave(({ res }) => {
    const { status, body } = refuses('invalid-request', 'Not so.', { errors: [fault] });
    res.writeHead(status, { 'Content-Type': 'application/problem+json', Server: 'said-too-much' });
    res.end(JSON.stringify({ ...body, stack: 'said-too-much' }));
  });
  const headers = bearer(it.identity.begin(7));
  const heard = await it.get('/api/posts', { method: 'POST', headers, json: { content: 'Hi.' } });
  expect(heard.body).toMatchObject({
    status: 400,
    detail: 'Not so.',
    instance: '/api/posts',
    requestId: heard.headers['x-request-id'],
    errors: [{ pointer: '/body/content', detail: 'expected something else' }],
  });
  expect(heard.text + JSON.stringify(heard.headers)).not.toContain('said-too-much');
});

const readers: readonly [string, (it: Stage) => Upstream][] = [
  ['/api/feed', (it) => it.social],
  ['/api/friends', (it) => it.social],
  ['/api/friends/requests?direction=outgoing', (it) => it.social],
  ['/api/me', (it) => it.identity],
];

test.each(readers)(
  '%s is private, has a tag, and is a 304 for whoever holds it',
  async (path, upstreamOf) => {
    const it = await stage();
    const headers = bearer(it.identity.begin(7));
    const whole = await it.get(path, { headers });
    expect(whole.headers).toMatchObject({ 'cache-control': 'private, no-cache' });
    expect(String(whole.headers['vary']).split(/, ?/)).toEqual(
      expect.arrayContaining(['Authorization', 'Cookie']),
    );
    const etag = String(whole.headers['etag']);
    const held = await it.get(path, { headers: { ...headers, 'If-None-Match': etag } });
    expect([held.status, held.text, held.headers['etag']]).toEqual([304, '', etag]);
    expect(held.headers['cache-control']).toBe('private, no-cache');

    // Somebody else who holds the very tag has another answer.
    const other = bearer(it.identity.begin(8));
    const theirs = await it.get(path, { headers: { ...other, 'If-None-Match': etag } });
    expect(theirs.status).toBe(200);
    expect(theirs.body).not.toEqual(whole.body);
    for (const { headers: sent } of upstreamOf(it).seen)
      expect(sent['if-none-match']).toBeUndefined();
  },
);

test.each(readers)(
  '%s is never shared: two viewers, or one twice, are two requests upstream',
  async (path, upstreamOf) => {
    const it = await stage();
    const [seven, eight] = [it.identity.begin(7), it.identity.begin(8)];
    for (const session of [seven, eight]) await it.get('/api/feed', { headers: bearer(session) });
    const upstream = upstreamOf(it);
    upstream.forget();
    const release = upstream.hold();
    const answers = [seven, eight, seven].map((session) =>
      it.get(path, { headers: bearer(session) }),
    );
    await until('each has asked', () => upstream.seen.length === 3);
    release();
    const [first, second, third] = (await Promise.all(answers)).map(({ body }) => body);
    expect(first).toEqual(third);
    expect(first).not.toEqual(second);
    expect(upstream.seen.map(({ headers }) => headers.authorization)).toEqual(
      expect.arrayContaining([seven, eight].map((session) => bearer(session).Authorization)),
    );
  },
);
