// What an access token is: Identity signs it so, everybody who verifies one holds it against this.

/** The values of a JWT access token (RFC 9068): `iss`, `aud`, and in its header `alg` and `typ`. */
export const accessToken = {
  issuer: 'urn:social-network:identity',
  audience: 'urn:social-network:services',
  algorithm: 'EdDSA',
  type: 'at+jwt',
} as const;
