// Clients of Identity's who make users and rename them, all at once, and remember what was acknowledged.
import { randomUUID } from 'node:crypto';
import type { AuthorBatch, Session } from 'contracts/types';
import { PASSWORD } from './network.ts';

export interface People {
  /** The last name of each user, by id. */
  readonly names: ReadonlyMap<number, string>;
  /** How many changes were acknowledged. */
  changes(): number;
  /** Resolves when what is under way is acknowledged. @throws what Identity answered instead */
  end(): Promise<void>;
}

const RENAMES = 5;
const newName = (): string => `u_${randomUUID().replaceAll('-', '').slice(0, 20)}`;

/** @param url gives the address of Identity's public port */
export function startPeople(url: string, clients: number): People {
  const names = new Map<number, string>();
  const over = { yet: false };
  let changes = 0;

  const ask = async <T>(method: string, path: string, body: object, token = ''): Promise<T> => {
    const answer = await fetch(url + path, {
      method,
      headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${token}` },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as T;
  };
  const acknowledged = (id: number, name: string): void => {
    names.set(id, name);
    changes += 1;
  };
  const client = async (): Promise<void> => {
    while (!over.yet) {
      const username = newName();
      const joined = { username, email: `${username}@example.org`, password: PASSWORD };
      const { user, accessToken } = await ask<Session>('POST', '/api/users', joined);
      acknowledged(user.id, username);
      for (let times = 0; times < RENAMES && !over.yet; times += 1) {
        const name = newName();
        await ask('PATCH', '/api/me', { username: name }, accessToken);
        acknowledged(user.id, name);
      }
    }
  };
  const running = Promise.all(Array.from({ length: clients }, client));
  // Told by end(), not before.
  running.catch(() => undefined);
  return {
    names,
    changes: () => changes,
    async end() {
      over.yet = true;
      await running;
    },
  };
}

const AT_ONCE = 50;

/** What Social's copy says of these users, by id. */
export async function namesAt(url: string, ids: Iterable<number>): Promise<Map<number, string>> {
  const names = new Map<number, string>();
  const all = [...ids];
  for (let at = 0; at < all.length; at += AT_ONCE) {
    const answer = await fetch(`${url}/api/authors?ids=${all.slice(at, at + AT_ONCE).join()}`);
    const { items } = (await answer.json()) as AuthorBatch;
    for (const { id, username } of items) names.set(id, username);
  }
  return names;
}
