// Clients of Identity that register and rename users concurrently, and keep what was acknowledged.
import { randomUUID } from 'node:crypto';
import { PASSWORD } from 'chassis/testing/users';
import type { Session } from 'contracts/types';

export interface UserLoad {
  /** The last acknowledged name of each user, by id. */
  readonly names: ReadonlyMap<number, string>;
  /** Returns how many changes were acknowledged so far. */
  changes(): number;
  /** Resolves when all requests under way are acknowledged. @throws when Identity refused one */
  stop(): Promise<void>;
}

const RENAMES = 5;

/** Makes a username that nobody else has. */
export const newUsername = (): string => `u_${randomUUID().replaceAll('-', '').slice(0, 20)}`;

/** Starts `clients` clients. @param url of Identity's public port */
export function startUserLoad(url: string, clients: number): UserLoad {
  const names = new Map<number, string>();
  const state = { stopped: false, changes: 0 };

  const send = async <T>(method: string, path: string, body: object, token = ''): Promise<T> => {
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
    state.changes += 1;
  };
  const client = async (): Promise<void> => {
    while (!state.stopped) {
      const username = newUsername();
      const user = { username, email: `${username}@example.org`, password: PASSWORD };
      const { user: created, accessToken } = await send<Session>('POST', '/api/users', user);
      acknowledged(created.id, username);
      for (let times = 0; times < RENAMES && !state.stopped; times += 1) {
        const name = newUsername();
        await send('PATCH', '/api/me', { username: name }, accessToken);
        acknowledged(created.id, name);
      }
    }
  };
  const running = Promise.all(Array.from({ length: clients }, client));
  // Errors are thrown by stop(), not before.
  running.catch(() => undefined);
  return {
    names,
    changes: () => state.changes,
    async stop() {
      state.stopped = true;
      await running;
    },
  };
}
