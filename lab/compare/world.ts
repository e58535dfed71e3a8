// The people and posts of a comparison, made through the services' own APIs, and the names that posts should have.
import { setTimeout as pause } from 'node:timers/promises';
import type { Post, Session, UserBatch } from 'contracts/types';

export interface Person {
  readonly id: number;
  readonly token: string;
  name: string;
  readonly posts: readonly number[];
}

export interface World {
  /** Registers somebody who writes so many posts. */
  join(posts: number): Promise<Person>;
  joinAll(people: number, postsEach: number): Promise<Person[]>;
  /** Resolves when Identity has acknowledged it. */
  rename(person: Person, name: string): Promise<void>;
  /** Resolves when Social's copy knows all of them. */
  untilCopied(people: readonly Person[]): Promise<void>;
}

const AT_ONCE = 6;
const COPY_LIMIT_MS = 20_000;

/** Does it for all, a few at a time; in order. */
async function inTurns<T, R>(all: readonly T[], act: (one: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const left = all.entries();
  const worker = async (): Promise<void> => {
    for (const [index, one] of left) results[index] = await act(one);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return results;
}

async function send<T>(method: string, url: string, body: object, token?: string): Promise<T> {
  const authorization = token === undefined ? {} : { Authorization: `Bearer ${token}` };
  const answer = await fetch(url, {
    method,
    headers: { 'Content-Type': 'application/json', ...authorization },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${method} ${new URL(url).pathname}: ${answer.status}`);
  return (await answer.json()) as T;
}

export function createWorld(identityUrl: string, socialUrl: string): World {
  let joined = 0;
  const register = (): Promise<Session> => {
    joined += 1;
    const username = `person_${joined}`;
    const email = `${username}@example.org`;
    const password = 'the same for everybody';
    return send('POST', `${identityUrl}/api/users`, { username, email, password });
  };
  const write = async (token: string, content: string): Promise<number> =>
    (await send<Post>('POST', `${socialUrl}/api/posts`, { content }, token)).id;

  async function join(posts: number): Promise<Person> {
    const { user, accessToken } = await register();
    const numbers = Array.from({ length: posts }, (_, index) => index + 1);
    const written = await inTurns(numbers, (number) => write(accessToken, `Post ${number}.`));
    return { id: user.id, token: accessToken, name: user.username, posts: written };
  }

  async function copied(people: readonly Person[]): Promise<boolean> {
    const ids = people.map(({ id }) => id).join(',');
    const answer = await fetch(`${socialUrl}/api/authors?ids=${ids}`);
    return ((await answer.json()) as UserBatch).items.length === people.length;
  }

  return {
    join,
    joinAll: (people, postsEach) => inTurns(Array.from({ length: people }), () => join(postsEach)),
    async rename(person, name) {
      await send('PATCH', `${identityUrl}/api/me`, { username: name }, person.token);
      person.name = name;
    },
    async untilCopied(people) {
      const endsAt = performance.now() + COPY_LIMIT_MS;
      for (let from = 0; from < people.length; from += 100)
        while (!(await copied(people.slice(from, from + 100)))) {
          if (performance.now() > endsAt) throw new Error('Social’s copy does not catch up');
          await pause(50);
        }
    },
  };
}
