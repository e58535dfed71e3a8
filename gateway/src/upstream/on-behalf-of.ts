// Requests in a user's name.

/** In the name of whoever the access token belongs to. */
export interface OnBehalfOf {
  readonly userId: number;
  readonly token: string;
}

export const bearer = ({ token }: Pick<OnBehalfOf, 'token'>) => ({
  authorization: `Bearer ${token}`,
});
