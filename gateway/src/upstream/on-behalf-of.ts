// Requests to an upstream on behalf of a user.

/** The user, and the access token that proves it. */
export interface OnBehalfOf {
  readonly userId: number;
  readonly token: string;
}

export const bearer = ({ token }: Pick<OnBehalfOf, 'token'>) => ({
  authorization: `Bearer ${token}`,
});
