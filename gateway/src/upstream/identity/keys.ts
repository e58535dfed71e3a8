// Identity's public keys.
import type { KeySet } from 'contracts/types';
import { identityAnswer } from '../expectations.ts';
import type { SizeLimits, Endpoint } from '../engine/endpoint.ts';

const isKeySet = identityAnswer<KeySet>('KeySet');

/** The public keys that verify access tokens, as a JWKS (RFC 7517). */
export const getKeys = ({ one }: SizeLimits): Endpoint<undefined, KeySet> => ({
  name: 'keys',
  target: () => '/.well-known/jwks.json',
  maxBytes: () => one,
  readers: { 200: (body) => (isKeySet(body) ? { value: body } : undefined) },
});
