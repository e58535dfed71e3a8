// The fixed values of access tokens: Identity signs tokens with them, and every verifier checks them.

/** The claims `iss` and `aud`, and the header parameters `alg` and `typ`, of a JWT access token (RFC 9068). */
export const accessToken = {
  issuer: 'urn:social-network:identity',
  audience: 'urn:social-network:services',
  algorithm: 'EdDSA',
  type: 'at+jwt',
} as const;

/** For `parseText`: the id of a session, which access tokens have as `sid`. */
export const sessionId = {
  pattern: /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
  expected: 'the id of a session',
} as const;
