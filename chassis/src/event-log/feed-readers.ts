// Who may read a service's event log: services with a token. Without tokens, whoever is on this machine.
import { hash } from 'node:crypto';
import type { Request } from 'express';
import { bearerToken, unauthenticated } from '../auth/access-token.ts';
import { isLoopback } from '../base/address.ts';
import { clientAddressOf } from '../http/client-address.ts';

/** Tokens by the names of their readers. */
export type FeedTokens = ReadonlyMap<string, string>;

/** The name of a reader with a token; undefined for a reader on this machine, while there are no tokens. */
export type FeedReader = string | undefined;

/** Whether the client is on this machine; a listener for IPv6 sees IPv4 addresses in this form. */
const isHere = (address: string): boolean => isLoopback(address.replace(/^::ffff:/, ''));
const sha256 = (token: string): string => hash('sha256', token);

/** Returns a function that identifies the reader of a request. @throws Problem 401 */
export function feedReadersOf(tokens: FeedTokens): (req: Request) => FeedReader {
  // Hashes are looked up, so that the time of a look-up says nothing about a token.
  const names = new Map([...tokens].map(([name, token]) => [sha256(token), name]));
  return (req) => {
    if (names.size === 0) {
      if (isHere(clientAddressOf(req))) return undefined;
      throw unauthenticated('FEED_TOKENS is not set, so only this machine may read the log');
    }
    const name = names.get(sha256(bearerToken(req) ?? ''));
    if (name === undefined) throw unauthenticated('The log is for readers with a token');
    return name;
  };
}
