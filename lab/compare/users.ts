// The users and posts of the comparison, created through the services' APIs, with their right names.
import { requestJson } from 'chassis/testing/http-client';
import { until } from 'chassis/testing/until';
import { PASSWORD, usernamesAt } from 'chassis/testing/users';
import type { Post, Session } from 'contracts/types';

export interface Author {
  readonly id: number;
  readonly token: string;
  /** The name that Identity has acknowledged last. */
  name: string;
  readonly posts: readonly number[];
}

export interface UserApi {
  /** Registers a user who writes `posts` posts. */
  register(posts: number): Promise<Author>;
  registerAll(count: number, postsEach: number): Promise<Author[]>;
  /** Resolves when Identity has acknowledged the name. */
  rename(author: Author, name: string): Promise<void>;
  /** Resolves when Social's replica has all of them. */
  untilReplicated(authors: readonly Author[]): Promise<void>;
}

const CONCURRENCY = 6;
const REPLICATED_MS = 20_000;

/** Runs `act` for all elements, CONCURRENCY at a time. @returns the results in order */
async function forAll<T, R>(all: readonly T[], act: (element: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const remaining = all.entries();
  const worker = async (): Promise<void> => {
    for (const [index, element] of remaining) results[index] = await act(element);
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
  return results;
}

export function createUserApi(identityUrl: string, socialUrl: string): UserApi {
  let registered = 0;
  const newSession = (): Promise<Session> => {
    registered += 1;
    const username = `person_${registered}`;
    const json = { username, email: `${username}@example.org`, password: PASSWORD };
    return requestJson(`${identityUrl}/api/users`, { method: 'POST', json });
  };
  const write = async (token: string, content: string): Promise<number> => {
    const options = { method: 'POST', headers: bearer(token), json: { content } };
    return (await requestJson<Post>(`${socialUrl}/api/posts`, options)).id;
  };
  const register = async (posts: number): Promise<Author> => {
    const { user, accessToken } = await newSession();
    const numbers = Array.from({ length: posts }, (_, index) => index + 1);
    const written = await forAll(numbers, (number) => write(accessToken, `Post ${number}.`));
    return { id: user.id, token: accessToken, name: user.username, posts: written };
  };
  return {
    register,
    registerAll: (count, postsEach) =>
      forAll(Array.from({ length: count }), () => register(postsEach)),
    async rename(author, name) {
      const options = { method: 'PATCH', headers: bearer(author.token), json: { username: name } };
      await requestJson(`${identityUrl}/api/me`, options);
      author.name = name;
    },
    async untilReplicated(authors) {
      const ids = authors.map(({ id }) => id);
      const allReplicated = async (): Promise<boolean> =>
        (await usernamesAt(`${socialUrl}/api/authors`, ids)).size === ids.length;
      await until('Social has all users', allReplicated, REPLICATED_MS);
    },
  };
}

const bearer = (token: string) => ({ Authorization: `Bearer ${token}` });
