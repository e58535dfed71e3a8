// Clients that register, rename and delete users at Identity, and note what they are told.
import { setTimeout as pause } from 'node:timers/promises';
import type { Session } from 'contracts/types';
import { acknowledge, type Attempt, certainName, type Ledger, type Person } from './ledger.ts';
import { between, type Random } from './random.ts';

const PASSWORD = 'the same for everybody';
const PEOPLE_MAX = 8;
const RETRY_MS = 50;
/** So long that an answer is only lost with the process that owes it. */
const PATIENCE_MS = 120_000;

/** `refused`: it was not done, for certain; `unknown`: nobody knows. */
type Fate = { readonly status: number; readonly text: string } | 'refused' | 'unknown';

/** Changes users until `over`, one request after the other. @param number the client's own */
export async function changeUsers(
  origin: string,
  number: number,
  random: Random,
  ledger: Ledger,
  over: AbortSignal,
): Promise<void> {
  const mine: Person[] = [];
  let made = 0;
  const newName = (): string => {
    made += 1;
    return (random() < 0.3 ? ledger.free.shift() : undefined) ?? `c${number}_${made}`;
  };
  const { answers, oddities } = ledger;
  const count = (what: string): void => void answers.set(what, (answers.get(what) ?? 0) + 1);
  const odd = (what: string, fate: Exclude<Fate, string>): void =>
    void oddities.push(`${what}: ${fate.status} ${fate.text}`);

  const register = async (): Promise<Fate> => {
    const username = newName();
    const email = `${number}-${made}@example.org`;
    const fate = await ask(`${origin}/api/users`, 'POST', { username, email, password: PASSWORD });
    if (fate === 'unknown') ledger.lost.add(username);
    else if (fate === 'refused') ledger.free.push(username);
    else if (fate.status !== 201) odd(`registering ${username}`, fate);
    else {
      const { user, accessToken: token } = JSON.parse(fate.text) as Session;
      const person = { id: user.id, token, attempts: [{ name: username, known: true }] };
      ledger.people.push(person);
      mine.push(person);
    }
    return fate;
  };

  /** @param name null for leaving */
  const change = async (person: Person, name: string | null): Promise<Fate> => {
    const { id, token, attempts } = person;
    const before = certainName(person);
    const attempt: Attempt = { name, known: false };
    attempts.push(attempt);
    const fate = await (name === null
      ? ask(`${origin}/api/me`, 'DELETE', { currentPassword: PASSWORD }, token)
      : ask(`${origin}/api/me`, 'PATCH', { username: name }, token));
    const gone = (): void => void mine.splice(mine.indexOf(person), 1);
    if (fate === 'unknown') return fate;
    if (fate !== 'refused' && fate.status === (name === null ? 204 : 200)) {
      acknowledge(person, attempt);
      if (before) ledger.free.push(before);
      if (name === null) gone();
      return fate;
    }
    attempts.pop();
    if (name !== null) ledger.free.push(name);
    if (fate === 'refused') return fate;
    if (fate.status === 401 && attempts.some((one) => one.name === null)) {
      acknowledge(person, { name: null, known: false });
      gone();
    } else odd(`${id} becoming ${name}`, fate);
    return fate;
  };

  while (!over.aborted) {
    const dice = random();
    const person = mine[between(random, 0, PEOPLE_MAX - 1)];
    const what = person === undefined ? 'register' : dice < 0.75 ? 'rename' : 'delete';
    const fate = await (person === undefined
      ? register()
      : change(person, what === 'rename' ? newName() : null));
    count(`${what} ${typeof fate === 'string' ? fate : fate.status}`);
    if (typeof fate === 'string') await untilServed(origin, over);
  }
}

async function ask(url: string, method: string, body: object, token?: string): Promise<Fate> {
  try {
    const answer = await fetch(url, {
      method,
      headers: {
        'Content-Type': 'application/json',
        ...(token !== undefined && { Authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    const text = await answer.text();
    return answer.status >= 500 ? 'unknown' : { status: answer.status, text };
  } catch (error) {
    const { cause } = error as { cause?: { code?: string } };
    return cause?.code === 'ECONNREFUSED' ? 'refused' : 'unknown';
  }
}

async function untilServed(origin: string, over: AbortSignal): Promise<void> {
  while (!over.aborted) {
    const answer = await fetch(`${origin}/api/users?ids=1`).catch(() => undefined);
    await answer?.text().catch(() => undefined);
    if (answer?.ok) return;
    await pause(RETRY_MS);
  }
}
