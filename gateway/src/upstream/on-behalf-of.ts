// Requests to an upstream on behalf of a user.

/** The user, and the access token that proves it. */
export interface OnBehalfOf {
  readonly userId: number;
  readonly token: string;
}

/** A write that is done only while the resource has this ETag at the upstream; in any case when it is undefined. */
export interface Conditional {
  readonly ifMatch?: string | undefined;
}

export const bearer = ({ token }: Pick<OnBehalfOf, 'token'>) => ({
  authorization: `Bearer ${token}`,
});

export const conditionalBearer = ({ token, ifMatch }: Pick<OnBehalfOf, 'token'> & Conditional) => ({
  ...bearer({ token }),
  ...(ifMatch !== undefined && { 'if-match': ifMatch }),
});
