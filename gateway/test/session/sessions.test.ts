// Who asks, when nothing but the request, a check of tokens and a renewal is known.
import type { IncomingMessage } from 'node:http';
import { describe, expect, jest, test } from '@jest/globals';
import { unauthenticated, type Verify, type Viewer } from 'chassis/auth/access-token';
import { requestContextOf } from 'chassis/http/request-context';
import type { Problem } from 'chassis/http/problem';
import type { Session } from 'contracts/types';
import { cookiesOf, clearedCookies } from '../../src/session/cookies.ts';
import { createSessions, type RefreshSession } from '../../src/session/sessions.ts';
import type { Caller } from '../../src/upstream/engine/call.ts';
import { UpstreamFailure } from '../../src/upstream/engine/failure.ts';
import { aCaller } from '../upstream/engine/arrange.ts';

const NEW: Session = {
  user: { id: 7, username: 'user_7' },
  accessToken: 'new.access.token',
  refreshToken: 'next',
  expiresIn: 300,
};
/** The refresh token is no longer good. */
const GONE = 'gone';
const down = (): UpstreamFailure => new UpstreamFailure('identity', 'open', { retryAfterS: 5 });

/** Tokens and for how many milliseconds they are good; what is not there is not good. */
function arrange(
  tokens: Readonly<Record<string, number | Error>> = {},
  renewal: Session | Error | typeof GONE = NEW,
) {
  const verify = jest.fn<Verify>(async (token): Promise<Viewer> => {
    const good = { [NEW.accessToken]: 300_000, ...tokens }[token];
    if (good instanceof Error) throw good;
    if (good === undefined) throw unauthenticated('not good');
    return { userId: 7, sessionId: 's', expiresAt: Date.now() + good, token };
  });
  const refresh = jest.fn<RefreshSession>(async () => {
    if (renewal instanceof Error) throw renewal;
    return renewal === GONE ? undefined : renewal;
  });
  const sessions = createSessions({ verify, refresh, origins: new Set() });
  return { sessions, verify, refresh };
}

const request = (headers: Readonly<Record<string, string>>, method = 'GET'): IncomingMessage =>
  ({ method, headers: { host: 'localhost', ...headers } }) as unknown as IncomingMessage;
const cookiesFor = (req: IncomingMessage) => requestContextOf(req).headers?.['Set-Cookie'];

describe('a browser', () => {
  test('with a good access token is known, and nobody is asked', async () => {
    const { sessions, refresh } = arrange({ good: 60_000 });
    const req = request({ cookie: 'access=good; refresh=r' });
    expect(await sessions.viewerOf(req, aCaller())).toMatchObject({ userId: 7, token: 'good' });
    expect(refresh).not.toHaveBeenCalled();
    expect(cookiesFor(req)).toBeUndefined();
  });

  test.each(['refresh=r', 'access=bad; refresh=r', 'access=; refresh=r'])(
    'with %s is renewed, and its answer carries the new cookies',
    async (cookie) => {
      const { sessions, refresh } = arrange();
      const req = request({ cookie });
      const caller = aCaller();
      const viewer = await sessions.viewerOf(req, caller);
      expect(viewer).toMatchObject({ userId: 7, token: NEW.accessToken });
      expect(refresh.mock.calls).toEqual([['r', { ...caller, deadlineAt: expect.any(Number) }]]);
      // What is asked for afterwards has as much time as the renewal had.
      const [[, { deadlineAt }]] = refresh.mock.calls as [[string, Caller]];
      expect(deadlineAt).toBeLessThan((caller.deadlineAt + performance.now()) / 2 + 1);
      expect(cookiesFor(req)).toEqual(cookiesOf(NEW, 'localhost'));
    },
  );

  test('whose access token ends in a moment is renewed before', async () => {
    const { sessions } = arrange({ ending: 4000 });
    const req = request({ cookie: 'access=ending; refresh=r' });
    expect(await sessions.viewerOf(req, aCaller())).toMatchObject({ token: NEW.accessToken });
    expect(cookiesFor(req)).toEqual(cookiesOf(NEW, 'localhost'));
  });

  test('whose access token ends in a moment goes on with it when Identity is away', async () => {
    const { sessions } = arrange({ ending: 4000 }, down());
    const req = request({ cookie: 'access=ending; refresh=r' });
    expect(await sessions.viewerOf(req, aCaller())).toMatchObject({ token: 'ending' });
    expect(cookiesFor(req)).toBeUndefined();
  });

  test('without a refresh token goes on until its access token ends', async () => {
    const { sessions, refresh } = arrange({ ending: 10 });
    const req = request({ cookie: 'access=ending' });
    expect(await sessions.viewerOf(req, aCaller())).toMatchObject({ token: 'ending' });
    expect(refresh).not.toHaveBeenCalled();
  });

  test('whose renewal is refused is logged out', async () => {
    const { sessions } = arrange({}, GONE);
    const req = request({ cookie: 'refresh=r' });
    await expect(sessions.viewerOf(req, aCaller())).rejects.toMatchObject({ status: 401 });
    expect(cookiesFor(req)).toEqual(clearedCookies('localhost'));
  });

  test('keeps its session when Identity cannot be asked: a 503 that says when to come again', async () => {
    const { sessions } = arrange({}, down());
    const req = request({ cookie: 'access=bad; refresh=r' });
    await expect(sessions.viewerOf(req, aCaller())).rejects.toMatchObject({
      status: 503,
      slug: 'upstream-unavailable',
      reason: 'identity: open',
      headers: {
        'Retry-After': '5',
        'Proxy-Status': 'identity; error=destination_unavailable',
      },
    } satisfies Partial<Problem>);
    expect(cookiesFor(req)).toBeUndefined();
  });

  test('keeps its session when the keys cannot be had: it is not renewed in vain', async () => {
    const { sessions, refresh } = arrange({ unknown: down() });
    const req = request({ cookie: 'access=unknown; refresh=r' });
    await expect(sessions.viewerOf(req, aCaller())).rejects.toMatchObject({ status: 503 });
    expect(refresh).not.toHaveBeenCalled();
    expect(cookiesFor(req)).toBeUndefined();
  });

  test('gets its new cookies although the keys cannot be had: the old token is spent', async () => {
    const { sessions } = arrange({ [NEW.accessToken]: down() });
    const req = request({ cookie: 'refresh=r' });
    await expect(sessions.viewerOf(req, aCaller())).rejects.toMatchObject({ status: 503 });
    expect(cookiesFor(req)).toEqual(cookiesOf(NEW, 'localhost'));
  });

  test.each(['', 'theme=dark', 'access=bad'])(
    'with "%s" is nobody, and nobody is asked',
    async (cookie) => {
      const { sessions, refresh } = arrange();
      const req = request({ cookie });
      await expect(sessions.viewerOf(req, aCaller())).rejects.toMatchObject({
        status: 401,
        headers: { 'WWW-Authenticate': 'Bearer' },
      });
      expect(refresh).not.toHaveBeenCalled();
    },
  );
});

describe('an API client', () => {
  test('is who its token says, whatever cookies come along', async () => {
    const { sessions, verify, refresh } = arrange({ good: 10 });
    const req = request({ authorization: 'Bearer good', cookie: 'access=bad; refresh=r' }, 'POST');
    expect(await sessions.viewerOf(req, aCaller())).toMatchObject({ token: 'good' });
    expect(verify.mock.calls).toEqual([['good']]);
    expect(refresh).not.toHaveBeenCalled();
  });

  test.each(['Bearer bad', 'Bearer', 'Basic dXNlcjpwYXNz', 'bad', ''])(
    'with "%s" is a 401, and no cookie makes up for it',
    async (authorization) => {
      const { sessions, refresh } = arrange({ good: 60_000 });
      const req = request({ authorization, cookie: 'access=good; refresh=r' });
      await expect(sessions.viewerOf(req, aCaller())).rejects.toMatchObject({ status: 401 });
      expect(refresh).not.toHaveBeenCalled();
      expect(cookiesFor(req)).toBeUndefined();
    },
  );
});

describe('a change by cookies', () => {
  test.each([
    ['access=good', {}],
    ['refresh=r', {}],
    ['access=bad; refresh=r', { origin: 'https://evil.example' }],
    ['access=good', { 'sec-fetch-site': 'same-site' }],
  ])('with %s and %j is refused before anybody is asked', async (cookie, sign) => {
    const { sessions, verify, refresh } = arrange({ good: 60_000 });
    const req = request({ cookie, ...sign }, 'DELETE');
    await expect(sessions.viewerOf(req, aCaller())).rejects.toMatchObject({ slug: 'forbidden' });
    await expect(
      sessions.refreshNow(request({ cookie: 'refresh=r', ...sign }, 'POST'), aCaller()),
    ).rejects.toMatchObject({ slug: 'forbidden' });
    expect(verify).not.toHaveBeenCalled();
    expect(refresh).not.toHaveBeenCalled();
  });

  test('from a page of ours passes', async () => {
    const { sessions } = arrange({ good: 60_000 });
    const req = request({ cookie: 'access=good', origin: 'http://localhost' }, 'DELETE');
    expect(await sessions.viewerOf(req, aCaller())).toMatchObject({ userId: 7 });
  });

  test('a foreign page is refused also where no session is needed; who gives no sign is not', () => {
    const { sessions } = arrange();
    const foreign = request({ origin: 'https://evil.example' }, 'POST');
    expect(() => sessions.rejectForeign(foreign)).toThrow(expect.objectContaining({ status: 403 }));
    expect(() => sessions.rejectForeign(request({}, 'POST'))).not.toThrow();
  });
});

test('a bug is thrown on: it is neither a 401 nor a 503', async () => {
  const { sessions } = arrange({ odd: new TypeError('a bug') });
  const req = request({ cookie: 'access=odd; refresh=r' });
  await expect(sessions.viewerOf(req, aCaller())).rejects.toThrow(TypeError);
  const broken = arrange({}, new TypeError('a bug')).sessions;
  await expect(broken.viewerOf(request({ cookie: 'refresh=r' }), aCaller())).rejects.toThrow(
    TypeError,
  );
});
