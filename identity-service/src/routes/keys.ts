// GET /.well-known/jwks.json: the public keys that verify access tokens (RFC 7517).
import type { Route } from 'chassis/http/app';
import type { AccessTokens } from '../sessions/access-tokens.ts';

export const keyRoutes = (tokens: AccessTokens): Route[] => [
  {
    method: 'get',
    path: '/.well-known/jwks.json',
    async handle() {
      return { body: await tokens.published(), cache: 'public' };
    },
  },
];
