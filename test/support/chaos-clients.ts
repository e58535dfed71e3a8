// Clients that register, rename and delete users while Identity is killed, and record the history of their requests.
import { setTimeout as pause } from 'node:timers/promises';
import { PASSWORD } from 'chassis/testing/users';
import type { Session } from 'contracts/types';
import {
  acknowledge,
  type Attempt,
  certainName,
  type History,
  type HistoryUser,
} from './history.ts';
import { between, type Random } from './random.ts';

const USERS_MAX = 8;
const RETRY_MS = 50;
/** Longer than any answer takes: only the end of Identity's process loses an answer. */
const TIMEOUT_MS = 120_000;

/** `refused`: not applied. `unknown`: maybe applied. */
type Result = { readonly status: number; readonly text: string } | 'refused' | 'unknown';

/** Changes users until `stop`, one request at a time. @param number of the client */
export async function changeUsers(
  origin: string,
  number: number,
  random: Random,
  history: History,
  stop: AbortSignal,
): Promise<void> {
  const own: HistoryUser[] = [];
  let names = 0;
  const newName = (): string => {
    names += 1;
    return (random() < 0.3 ? history.free.shift() : undefined) ?? `c${number}_${names}`;
  };
  const { results, unexpected } = history;
  const count = (key: string): void => void results.set(key, (results.get(key) ?? 0) + 1);
  const report = (what: string, result: Exclude<Result, string>): void =>
    void unexpected.push(`${what}: ${result.status} ${result.text}`);

  const register = async (): Promise<Result> => {
    const username = newName();
    const email = `${number}-${names}@example.org`;
    const user = { username, email, password: PASSWORD };
    const result = await send(`${origin}/api/users`, 'POST', user);
    if (result === 'unknown') history.unanswered.add(username);
    else if (result === 'refused') history.free.push(username);
    else if (result.status !== 201) report(`registering ${username}`, result);
    else {
      const { user: created, accessToken: token } = JSON.parse(result.text) as Session;
      const attempts = [{ name: username, acknowledged: true }];
      const entry = { id: created.id, token, attempts };
      history.users.push(entry);
      own.push(entry);
    }
    return result;
  };

  /** @param name null to delete the user */
  const change = async (user: HistoryUser, name: string | null): Promise<Result> => {
    const { id, token, attempts } = user;
    const before = certainName(user);
    const attempt: Attempt = { name, acknowledged: false };
    attempts.push(attempt);
    const result = await (name === null
      ? send(`${origin}/api/me`, 'DELETE', { currentPassword: PASSWORD }, token)
      : send(`${origin}/api/me`, 'PATCH', { username: name }, token));
    const remove = (): void => void own.splice(own.indexOf(user), 1);
    if (result === 'unknown') return result;
    if (result !== 'refused' && result.status === (name === null ? 204 : 200)) {
      acknowledge(user, attempt);
      if (before) history.free.push(before);
      if (name === null) remove();
      return result;
    }
    attempts.pop();
    if (name !== null) history.free.push(name);
    if (result === 'refused') return result;
    if (result.status === 401 && attempts.some((each) => each.name === null)) {
      acknowledge(user, { name: null, acknowledged: false });
      remove();
    } else report(`changing user ${id} to ${name}`, result);
    return result;
  };

  while (!stop.aborted) {
    const dice = random();
    const user = own[between(random, 0, USERS_MAX - 1)];
    const kind = user === undefined ? 'register' : dice < 0.75 ? 'rename' : 'delete';
    const result = await (user === undefined
      ? register()
      : change(user, kind === 'rename' ? newName() : null));
    count(`${kind} ${typeof result === 'string' ? result : result.status}`);
    if (typeof result === 'string') await untilServed(origin, stop);
  }
}

async function send(url: string, method: string, body: object, token?: string): Promise<Result> {
  try {
    const answer = await fetch(url, {
      method,
      headers: {
        'Content-Type': 'application/json',
        ...(token !== undefined && { Authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const text = await answer.text();
    return answer.status >= 500 ? 'unknown' : { status: answer.status, text };
  } catch (error) {
    const { cause } = error as { cause?: { code?: string } };
    return cause?.code === 'ECONNREFUSED' ? 'refused' : 'unknown';
  }
}

async function untilServed(origin: string, stop: AbortSignal): Promise<void> {
  while (!stop.aborted) {
    const answer = await fetch(`${origin}/api/users?ids=1`).catch(() => undefined);
    await answer?.text().catch(() => undefined);
    if (answer?.ok) return;
    await pause(RETRY_MS);
  }
}
