// Clients of Identity that register and rename users concurrently, and record acknowledged names.
import { randomUUID } from 'node:crypto';
import { Agent } from 'node:http';
import { requestJson } from 'chassis/testing/http-client';
import { PASSWORD } from 'chassis/testing/users';
import type { Session } from 'contracts/types';

export interface UserLoad {
  /** The last acknowledged name of each user, by id. */
  readonly names: ReadonlyMap<number, string>;
  /** Returns the number of acknowledged changes so far. */
  changes(): number;
  /** Resolves when all requests in progress are acknowledged. @throws when Identity rejected a request */
  stop(): Promise<void>;
}

const RENAMES = 5;

const newUsername = (): string => `u_${randomUUID().replaceAll('-', '').slice(0, 20)}`;

/** Registers a user with a unique name. @param url of Identity's public port */
export function register(url: string, agent?: Agent): Promise<Session> {
  const username = newUsername();
  const json = { username, email: `${username}@example.org`, password: PASSWORD };
  return requestJson(`${url}/api/users`, { method: 'POST', json, ...(agent && { agent }) });
}

/** Starts `clients` clients. @param url of Identity's public port */
export function startUserLoad(url: string, clients: number): UserLoad {
  const names = new Map<number, string>();
  const state = { stopped: false, changes: 0 };

  const acknowledged = (id: number, name: string): void => {
    names.set(id, name);
    state.changes += 1;
  };
  const client = async (): Promise<void> => {
    while (!state.stopped) {
      const { user, accessToken } = await register(url, agent);
      acknowledged(user.id, user.username);
      for (let times = 0; times < RENAMES && !state.stopped; times += 1) {
        const name = newUsername();
        const headers = { Authorization: `Bearer ${accessToken}` };
        const options = { method: 'PATCH', headers, json: { username: name }, agent };
        await requestJson(`${url}/api/me`, options);
        acknowledged(user.id, name);
      }
    }
  };
  const agent = new Agent({ keepAlive: true });
  const running = Promise.all(Array.from({ length: clients }, client));
  // Errors are thrown by stop(), not before.
  running.catch(() => undefined);
  return {
    names,
    changes: () => state.changes,
    async stop() {
      state.stopped = true;
      await running;
      agent.destroy();
    },
  };
}
