// The fixed values of access tokens: Identity signs tokens with them, and every verifier checks them.

/** The claims `iss` and `aud`, and the header parameters `alg` and `typ`, of a JWT access token (RFC 9068). */
export const accessToken = {
  issuer: 'urn:social-network:identity',
  audience: 'urn:social-network:services',
  algorithm: 'EdDSA',
  type: 'at+jwt',
} as const;

/** The longest time for which an access token is valid, in seconds; Identity's ACCESS_TOKEN_S can only shorten it. */
export const MAX_TOKEN_LIFETIME_S = 300;

/** For `parseText`: the id of a session, which access tokens have as `sid`. */
export const sessionId = {
  pattern: /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
  expected: 'the id of a session',
} as const;

/**
 * A token for Social alone: Identity and the gateway refuse it. It is in the claim `tokens` of each access token, by its
 * audience, and the gateway sends it to Social in place of the client's own.
 */
export const socialToken = { ...accessToken, audience: 'urn:social-network:social' } as const;

/** The tokens that Social accepts. The gateway of version 1.3 sends the client's own; no later one does. */
export const socialTokens = {
  ...accessToken,
  audience: [socialToken.audience, accessToken.audience],
} as const;
