// Requests to an upstream on behalf of a user.

/** The user, and the access token that proves it. */
export interface OnBehalfOf {
  readonly userId: number;
  readonly token: string;
  /** The token for Social, which is good nowhere else; absent in tokens of Identity before version 1.4. */
  readonly socialToken?: string | undefined;
  /** The session of the token. */
  readonly sessionId?: string;
}

/** A write that is done only while the resource has this ETag at the upstream; in any case when it is undefined. */
export interface Conditional {
  readonly ifMatch?: string | undefined;
}

export const bearer = ({ token }: Pick<OnBehalfOf, 'token'>) => ({
  authorization: `Bearer ${token}`,
});

export const socialBearer = ({ token, socialToken }: Omit<OnBehalfOf, 'userId'>) =>
  bearer({ token: socialToken ?? token });

export const ifUnchanged = ({ ifMatch }: Conditional) =>
  ifMatch === undefined ? {} : { 'if-match': ifMatch };
