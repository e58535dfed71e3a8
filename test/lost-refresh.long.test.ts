// An answer to a refresh that never arrives, and stolen refresh tokens: two gateways in front of Identity.
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { request, type HttpResponse } from 'chassis/testing/http-client';
import type { Running } from 'chassis/process/process';
import { cookies, setCookies } from '../gateway/test/support/session.ts';
import { start as startGateway } from '../gateway/src/service.ts';
import { type Services, startServices } from './support/in-process.ts';

const HOUR_MS = 3_600_000;
/** All but the date. */
const TIMERS = [
  'hrtime',
  'nextTick',
  'performance',
  'queueMicrotask',
  'setImmediate',
  'clearImmediate',
  'setInterval',
  'clearInterval',
  'setTimeout',
  'clearTimeout',
] as const;

let services: Services;
let other: Running;
beforeAll(async () => {
  // Before the services start, because they keep Date.now.
  jest.useFakeTimers({ doNotFake: [...TIMERS] });
  services = await startServices();
  other = await startGateway({
    PORT: '0',
    ADMIN_PORT: '0',
    LOG_LEVEL: 'silent',
    IDENTITY_URL: services.identity.url,
    SOCIAL_URL: services.social.url,
  });
}, 60_000);
afterAll(async () => {
  await other.stop();
  await services.stop();
  jest.useRealTimers();
});

/** Moves the date, but no timer: a laptop sleeps. */
function sleep(ms: number): void {
  jest.setSystemTime(Date.now() + ms);
}

/** Uses a refresh token. Returns the next one; undefined when the session has ended. */
type Refresh = (gateway: Running, token: string) => Promise<string | undefined>;

/** The statuses that say whether a session goes on; others fail the test. */
function isRefreshed({ status, text }: HttpResponse): boolean {
  if (status !== 200 && status !== 401) throw new Error(`unexpected answer: ${status} ${text}`);
  return status === 200;
}

const apiClient: Refresh = async ({ url }, refreshToken) => {
  const response = await request(`${url}/api/auth/token`, {
    method: 'POST',
    json: { refreshToken },
  });
  const body = response.body as { readonly refreshToken: string };
  return isRefreshed(response) ? body.refreshToken : undefined;
};

/** Its access token has expired, so the gateway refreshes the session by itself. */
const browser: Refresh = async ({ url }, refreshToken) => {
  const response = await request(`${url}/api/me`, { headers: cookies({ refreshToken }) });
  const { refresh } = setCookies(response);
  if (!isRefreshed(response)) expect(refresh).toBe('');
  return isRefreshed(response) ? refresh : undefined;
};

const newToken = async (): Promise<string> => (await services.register()).refreshToken;

function valid(token: string | undefined): string {
  expect(token).toBeDefined();
  return token!;
}

describe.each([
  ['an API client', apiClient],
  ['a browser', browser],
])('the session of %s', (_, refresh) => {
  test('goes on when the answer to a refresh was lost an hour ago, at another gateway', async () => {
    const { gateway } = services;
    const first = await newToken();
    const lost = await refresh(gateway, first);
    sleep(HOUR_MS);
    const second = valid(await refresh(other, first));
    expect(second).toBe(lost);
    valid(await refresh(gateway, second));
  });

  test('goes on when two tabs refresh it at two gateways, at once and later', async () => {
    const { gateway } = services;
    const first = await newToken();
    const tabs = await Promise.all([refresh(gateway, first), refresh(other, first)]);
    const second = valid(tabs[0]);
    expect(tabs[1]).toBe(second);
    sleep(HOUR_MS);
    expect(await refresh(other, first)).toBe(second);
    valid(await refresh(gateway, second));
  });

  test('ends for both when the owner comes after a thief has used the token and its successor', async () => {
    const { gateway } = services;
    const first = await newToken();
    const ofThief = valid(await refresh(gateway, valid(await refresh(gateway, first))));
    expect(await refresh(other, first)).toBeUndefined();
    expect(await refresh(gateway, ofThief)).toBeUndefined();
  });

  test('ends for both when a thief comes after the owner has used the token and its successor', async () => {
    const { gateway } = services;
    const first = await newToken();
    const ofOwner = valid(await refresh(gateway, valid(await refresh(gateway, first))));
    expect(await refresh(other, first)).toBeUndefined();
    expect(await refresh(gateway, ofOwner)).toBeUndefined();
  });

  test('ends for both when a thief who came in time falls behind', async () => {
    const { gateway } = services;
    const first = await newToken();
    const second = valid(await refresh(gateway, first));
    expect(await refresh(other, first)).toBe(second);
    const fourth = valid(await refresh(gateway, valid(await refresh(gateway, second))));
    expect(await refresh(other, second)).toBeUndefined();
    expect(await refresh(gateway, fourth)).toBeUndefined();
  });
});
