// Requests in a user's name.

/** In the name of whoever the access token belongs to. */
export interface InName {
  readonly userId: number;
  readonly token: string;
}

export const bearer = ({ token }: Pick<InName, 'token'>) => ({ authorization: `Bearer ${token}` });
