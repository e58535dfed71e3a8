// Sessions in requests and responses: bearer tokens and cookies.
import type { Session } from 'contracts/types';
import type { HttpResponse } from 'chassis/testing/http-client';
import type { Testbed } from './testbed.ts';

/** The header of an API client. */
export const bearer = ({ accessToken }: Pick<Session, 'accessToken'>) => ({
  Authorization: `Bearer ${accessToken}`,
});

/** The header of a browser on localhost; a token that is left out has no cookie. */
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

/** The header of a page that the gateway itself serves. */
export const sameOrigin = ({ gateway }: Pick<Testbed, 'gateway'>) => ({ Origin: gateway.url });

/** Returns the `exp` claim of a token that has just expired. */
export const justExpired = (): number => Math.floor(Date.now() / 1000) - 1;

/** Returns the cookies that a response sets, by name; '' for a cookie that it clears. */
export const setCookies = ({ headers }: HttpResponse): Record<string, string> =>
  Object.fromEntries(
    (headers['set-cookie'] ?? []).map((text) => /^([^=]+)=([^;]*)/.exec(text)!.slice(1, 3)),
  ) as Record<string, string>;

export const CLEARED = { access: '', refresh: '' };
