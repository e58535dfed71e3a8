// How a session shows in a request, and in an answer.
import type { Session } from 'contracts/types';
import type { HttpResponse } from 'chassis/testing/http-client';
import type { Testbed } from './testbed.ts';

/** As an API client sends it. */
export const bearer = ({ accessToken }: Pick<Session, 'accessToken'>) => ({
  Authorization: `Bearer ${accessToken}`,
});

/** As a browser on localhost sends it; what is left out, its cookie is gone. */
export function cookies({
  accessToken,
  refreshToken,
}: {
  readonly accessToken?: string | undefined;
  readonly refreshToken?: string | undefined;
}) {
  const pairs = [
    ...(accessToken === undefined ? [] : [`access=${accessToken}`]),
    ...(refreshToken === undefined ? [] : [`refresh=${refreshToken}`]),
  ];
  return { Cookie: pairs.join('; ') };
}

/** The sign of a page of the gateway's own. */
export const sameOrigin = ({ gateway }: Pick<Testbed, 'gateway'>) => ({ Origin: gateway.url });

/** Seconds since 1970 that are over: the `exp` of a token that was good until just now. */
export const justExpired = (): number => Math.floor(Date.now() / 1000) - 1;

/** The cookies that an answer sets, by name; '' for one that it clears. */
export const setCookies = ({ headers }: HttpResponse): Record<string, string> =>
  Object.fromEntries(
    (headers['set-cookie'] ?? []).map((text) => /^([^=]+)=([^;]*)/.exec(text)!.slice(1, 3)),
  ) as Record<string, string>;

export const CLEARED = { access: '', refresh: '' };
