// Identity's public keys.
import { schemaGuard } from 'contracts/guard';
import type { KeySet } from 'contracts/types';
import type { SizeLimits, Endpoint } from '../engine/endpoint.ts';

const isKeySet = schemaGuard<KeySet>('identity', 'KeySet');

/** The public keys that verify access tokens, as a JWKS (RFC 7517). */
export const getKeys = ({ one }: SizeLimits): Endpoint<undefined, KeySet> => ({
  name: 'keys',
  target: () => '/.well-known/jwks.json',
  maxBytes: () => one,
  readers: { 200: (body) => (isKeySet(body) ? { value: body } : undefined) },
});
