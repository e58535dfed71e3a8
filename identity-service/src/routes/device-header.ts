// The header field of device tokens, in requests and in answers.
import type { HeaderFields } from 'chassis/http/problem';
import type { IncomingMessage } from 'node:http';

const NAME = 'X-Device-Token';

/** The device token of a log-in; undefined when there is none. */
export function deviceTokenIn({ headers }: IncomingMessage): string | undefined {
  const value = headers[NAME.toLowerCase()];
  return typeof value === 'string' ? value : undefined;
}

/** The field that hands a device token to the client. */
export const deviceHeader = (token: string | undefined): HeaderFields =>
  token === undefined ? {} : { [NAME]: token };
