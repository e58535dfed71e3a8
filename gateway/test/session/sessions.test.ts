// The viewer of a request: from the request's headers, a verification of tokens, and a refresh.
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
/** The result of a refresh whose token is no longer valid. */
const INVALID = 'invalid';
const down = (): UpstreamFailure => new UpstreamFailure('identity', 'open', { retryAfterS: 5 });

/** Sessions where each of `tokens` is valid for its number of milliseconds, or fails with its error; others are invalid. */
function arrange(
  tokens: Readonly<Record<string, number | Error>> = {},
  refreshed: Session | Error | typeof INVALID = NEW,
) {
  const verify = jest.fn<Verify>(async (token): Promise<Viewer> => {
    const validForMs = { [NEW.accessToken]: 300_000, ...tokens }[token];
    if (validForMs instanceof Error) throw validForMs;
    if (validForMs === undefined) throw unauthenticated('not good');
    return { userId: 7, sessionId: 's', expiresAt: Date.now() + validForMs, token };
  });
  const refresh = jest.fn<RefreshSession>(async () => {
    if (refreshed instanceof Error) throw refreshed;
    return refreshed === INVALID ? undefined : refreshed;
  });
  const sessions = createSessions({ verify, refresh, origins: { allowed: new Set() } });
  return { sessions, verify, refresh };
}

const request = (headers: Readonly<Record<string, string>>, method = 'GET'): IncomingMessage =>
  ({ method, headers: { host: 'localhost', ...headers } }) as unknown as IncomingMessage;
const setCookiesOf = (req: IncomingMessage) => requestContextOf(req).headers?.['Set-Cookie'];

describe('a browser', () => {
  test('is identified by a valid access token, without a refresh', async () => {
    const { sessions, refresh } = arrange({ good: 60_000 });
    const req = request({ cookie: 'access=good; refresh=r' });
    expect(await sessions.viewerOf(req, aCaller())).toMatchObject({ userId: 7, token: 'good' });
    expect(refresh).not.toHaveBeenCalled();
    expect(setCookiesOf(req)).toBeUndefined();
  });

  test.each(['refresh=r', 'access=bad; refresh=r', 'access=; refresh=r'])(
    'with the cookies %s gets a refreshed session, and its answer has the new cookies',
    async (cookie) => {
      const { sessions, refresh } = arrange();
      const req = request({ cookie });
      const caller = aCaller();
      const viewer = await sessions.viewerOf(req, caller);
      expect(viewer).toMatchObject({ userId: 7, token: NEW.accessToken });
      expect(refresh.mock.calls).toEqual([['r', { ...caller, deadlineAt: expect.any(Number) }]]);
      // The requests after the refresh have as much time as the refresh.
      const [[, { deadlineAt }]] = refresh.mock.calls as [[string, Caller]];
      expect(deadlineAt).toBeLessThan((caller.deadlineAt + performance.now()) / 2 + 1);
      expect(setCookiesOf(req)).toEqual(cookiesOf(NEW, 'localhost'));
    },
  );

  test('whose access token expires in 4 s gets a refreshed session before that', async () => {
    const { sessions } = arrange({ ending: 4000 });
    const req = request({ cookie: 'access=ending; refresh=r' });
    expect(await sessions.viewerOf(req, aCaller())).toMatchObject({ token: NEW.accessToken });
    expect(setCookiesOf(req)).toEqual(cookiesOf(NEW, 'localhost'));
  });

  test('whose access token expires in 4 s keeps using it while Identity is down', async () => {
    const { sessions } = arrange({ ending: 4000 }, down());
    const req = request({ cookie: 'access=ending; refresh=r' });
    expect(await sessions.viewerOf(req, aCaller())).toMatchObject({ token: 'ending' });
    expect(setCookiesOf(req)).toBeUndefined();
  });

  test('without a refresh token keeps using its access token until it expires', async () => {
    const { sessions, refresh } = arrange({ ending: 10 });
    const req = request({ cookie: 'access=ending' });
    expect(await sessions.viewerOf(req, aCaller())).toMatchObject({ token: 'ending' });
    expect(refresh).not.toHaveBeenCalled();
  });

  test('whose refresh is rejected is logged out', async () => {
    const { sessions } = arrange({}, INVALID);
    const req = request({ cookie: 'refresh=r' });
    await expect(sessions.viewerOf(req, aCaller())).rejects.toMatchObject({ status: 401 });
    expect(setCookiesOf(req)).toEqual(clearedCookies('localhost'));
  });

  test('keeps its session while Identity is down, and gets a 503 that says when to retry', async () => {
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
    expect(setCookiesOf(req)).toBeUndefined();
  });

  test('keeps its session while the keys are unavailable, without a needless refresh', async () => {
    const { sessions, refresh } = arrange({ unknown: down() });
    const req = request({ cookie: 'access=unknown; refresh=r' });
    await expect(sessions.viewerOf(req, aCaller())).rejects.toMatchObject({ status: 503 });
    expect(refresh).not.toHaveBeenCalled();
    expect(setCookiesOf(req)).toBeUndefined();
  });

  test('gets its new cookies although the keys are unavailable, as the old refresh token is spent', async () => {
    const { sessions } = arrange({ [NEW.accessToken]: down() });
    const req = request({ cookie: 'refresh=r' });
    await expect(sessions.viewerOf(req, aCaller())).rejects.toMatchObject({ status: 503 });
    expect(setCookiesOf(req)).toEqual(cookiesOf(NEW, 'localhost'));
  });

  test.each(['', 'theme=dark', 'access=bad'])(
    'with the cookies "%s" is a 401, without a refresh',
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
  test('is identified by its token, whatever its cookies', async () => {
    const { sessions, verify, refresh } = arrange({ good: 10 });
    const req = request({ authorization: 'Bearer good', cookie: 'access=bad; refresh=r' }, 'POST');
    expect(await sessions.viewerOf(req, aCaller())).toMatchObject({ token: 'good' });
    expect(verify.mock.calls).toEqual([['good']]);
    expect(refresh).not.toHaveBeenCalled();
  });

  test.each(['Bearer bad', 'Bearer', 'Basic dXNlcjpwYXNz', 'bad', ''])(
    'with "%s" is a 401, also with valid cookies',
    async (authorization) => {
      const { sessions, refresh } = arrange({ good: 60_000 });
      const req = request({ authorization, cookie: 'access=good; refresh=r' });
      await expect(sessions.viewerOf(req, aCaller())).rejects.toMatchObject({ status: 401 });
      expect(refresh).not.toHaveBeenCalled();
      expect(setCookiesOf(req)).toBeUndefined();
    },
  );
});

describe('a write by cookies', () => {
  test.each([
    ['access=good', {}],
    ['refresh=r', {}],
    ['access=bad; refresh=r', { origin: 'https://evil.example' }],
    ['access=good', { 'sec-fetch-site': 'same-site' }],
  ])(
    'with the cookies %s and the headers %j is rejected before a verification or refresh',
    async (cookie, originHeaders) => {
      const { sessions, verify, refresh } = arrange({ good: 60_000 });
      const req = request({ cookie, ...originHeaders }, 'DELETE');
      await expect(sessions.viewerOf(req, aCaller())).rejects.toMatchObject({ slug: 'forbidden' });
      await expect(
        sessions.refreshNow(request({ cookie: 'refresh=r', ...originHeaders }, 'POST'), aCaller()),
      ).rejects.toMatchObject({ slug: 'forbidden' });
      expect(verify).not.toHaveBeenCalled();
      expect(refresh).not.toHaveBeenCalled();
    },
  );

  test('from a page of the gateway is accepted', async () => {
    const { sessions } = arrange({ good: 60_000 });
    const req = request({ cookie: 'access=good', origin: 'http://localhost' }, 'DELETE');
    expect(await sessions.viewerOf(req, aCaller())).toMatchObject({ userId: 7 });
  });

  test('without a session is rejected from a foreign page, and accepted without headers about the page', () => {
    const { sessions } = arrange();
    const foreign = request({ origin: 'https://evil.example' }, 'POST');
    expect(() => sessions.rejectForeign(foreign)).toThrow(expect.objectContaining({ status: 403 }));
    expect(() => sessions.rejectForeign(request({}, 'POST'))).not.toThrow();
  });
});

test('rethrows a bug, which is neither a 401 nor a 503', async () => {
  const { sessions } = arrange({ odd: new TypeError('a bug') });
  const req = request({ cookie: 'access=odd; refresh=r' });
  await expect(sessions.viewerOf(req, aCaller())).rejects.toThrow(TypeError);
  const broken = arrange({}, new TypeError('a bug')).sessions;
  await expect(broken.viewerOf(request({ cookie: 'refresh=r' }), aCaller())).rejects.toThrow(
    TypeError,
  );
});
