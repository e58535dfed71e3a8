// Identity, Social and a broker as real processes that are killed and started again by chance, while clients change
// users; and, when everybody is up again, what each of them says of the users.
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { expect } from '@jest/globals';
import { decodeUserEvent } from 'contracts/events/decode';
import type { UserBatch } from 'contracts/types';
import { changeUsers } from './changers.ts';
import { type Child, run } from './child.ts';
import type { TestDatabase } from './database.ts';
import { contradictions, fold, type Ledger, newLedger, type Told } from './ledger.ts';
import type { TestNats } from './nats.ts';
import { between, type Random, randomOf } from './random.ts';
import { root } from './sources.ts';
import { freePorts, until } from './system.ts';

const CLIENTS = 8;
/** Of each kind of change, acknowledged: there is something to lose. */
const AT_LEAST = 3;
const READY_MS = 60_000;
const CONVERGED_MS = 30_000;
const LIFE_MAX_MS = 5_000;
const LOT = 100;
const BEYOND = 200;

/** Somebody who is killed and started again. */
interface Victim {
  readonly name: string;
  start(): Promise<void>;
  kill(): Promise<void>;
  isReady(): Promise<boolean>;
  /** How it ended when nobody killed it, and what it logged as an error. */
  readonly faults: readonly string[];
}

export interface ChaosOptions {
  readonly seed: number;
  readonly durationMs: number;
  readonly identity: TestDatabase;
  readonly social: TestDatabase;
  readonly nats?: TestNats;
}

/** What there was, and what is left. */
export interface Outcome {
  readonly kills: Readonly<Record<string, number>>;
  readonly ledger: Ledger;
  readonly faults: readonly string[];
  /** By their ids: at Identity, in Social's copy, and as the log tells from its beginning. */
  readonly users: ReadonlyMap<number, string>;
  readonly copy: ReadonlyMap<number, string>;
  readonly events: readonly Told[];
  /** From when everything was up until the copy was the same. */
  readonly convergedMs: number;
}

/** Lets it all happen. @throws when a process does not get ready, or asking them fails when all are up */
export async function chaos(options: ChaosOptions): Promise<Outcome> {
  const { seed, nats } = options;
  const [identityPorts, socialPorts] = await twoOfEach();
  const identityUrl = `http://127.0.0.1:${identityPorts[0]}`;
  const socialUrl = `http://127.0.0.1:${socialPorts[0]}`;
  const broker = nats === undefined ? {} : { NATS_URL: nats.url };
  const victims = [
    serviceOf('identity', identityPorts, { ...options.identity.settings, ...broker }),
    serviceOf('social', socialPorts, {
      ...options.social.settings,
      ...broker,
      IDENTITY_URL: identityUrl,
    }),
    ...(nats === undefined ? [] : [brokerOf(nats)]),
  ];
  const ledger = newLedger();
  const services = victims.slice(0, 2);
  try {
    for (const service of services) await service.start();
    const over = new AbortController();
    const clients = Array.from({ length: CLIENTS }, (_, at) =>
      changeUsers(identityUrl, at, randomOf(seed, at), ledger, over.signal),
    );
    const endOfKilling = AbortSignal.timeout(options.durationMs);
    const killing = victims.map((victim, at) =>
      torment(victim, randomOf(seed, CLIENTS + at), endOfKilling),
    );
    // Nobody is left who goes on when one of them fails.
    await Promise.allSettled(killing);
    await until('enough was changed', () => isEnough(ledger), READY_MS).finally(() => over.abort());
    await Promise.all(clients);
    const kills = await Promise.all(killing);
    for (const victim of victims) await untilReady(victim);
    const seen = await look(identityUrl, socialUrl, ledger);
    return {
      ...seen,
      ledger,
      kills: Object.fromEntries(victims.map(({ name }, at) => [name, kills[at]!])),
      faults: victims.flatMap(({ faults }) => faults),
    };
  } finally {
    for (const service of services) await service.kill();
  }
}

/** What everybody says of the users, as soon as the copy is the same as Identity, or when that takes too long. */
async function look(identityUrl: string, socialUrl: string, { people }: Ledger) {
  const start = performance.now();
  const events = await readLog(identityUrl);
  const known = [...people.map(({ id }) => id), ...events.map(({ userId }) => userId)];
  // All ids that can have been given, so that nobody is overlooked of whom neither clients nor the log know.
  const ids = Array.from({ length: Math.max(0, ...known) + BEYOND }, (_, at) => at + 1);
  const users = await namesAt(`${identityUrl}/api/users`, ids);
  const copied = () => namesAt(`${socialUrl}/api/authors`, ids);
  const isSame = async () => isDeepStrictEqual(await copied(), users);
  await until('the copy is the same', isSame, CONVERGED_MS).catch(() => undefined);
  const convergedMs = Math.round(performance.now() - start);
  return { events, users, copy: await copied(), convergedMs };
}

const isEnough = ({ answers }: Ledger): boolean =>
  ['register 201', 'rename 200', 'delete 204'].every((one) => (answers.get(one) ?? 0) >= AT_LEAST);

/** That nothing is lost, and nothing invented. */
export function expectAllIsWell(outcome: Outcome): void {
  const { ledger, faults, users, copy, events, kills } = outcome;
  expect([...faults, ...ledger.oddities]).toEqual([]);
  expect(contradictions(ledger, users, events)).toEqual([]);
  expect(fold(events)).toEqual(users);
  expect(copy).toEqual(users);
  expect(Math.min(...Object.values(kills))).toBeGreaterThan(0);
}

/** One line for people. */
export function summaryOf({ ledger, kills, users, events, convergedMs }: Outcome): string {
  const answers = Object.fromEntries([...ledger.answers].sort(([a], [b]) => a.localeCompare(b)));
  const counts = { users: users.size, events: events.length, convergedMs };
  return JSON.stringify({ kills, answers, ...counts });
}

/** Kills it again and again, at least once; at the end it is started. @returns how often it was killed */
async function torment(victim: Victim, random: Random, over: AbortSignal): Promise<number> {
  let kills = 0;
  do {
    // Now and then it does not live long enough to get ready.
    if (random() < 0.7) await untilReady(victim);
    await pause(between(random, 50, LIFE_MAX_MS));
    await victim.kill();
    kills += 1;
    await pause(between(random, 0, 1_000));
    await victim.start();
  } while (!over.aborted);
  return kills;
}

const untilReady = (victim: Victim) =>
  until(`${victim.name} is ready`, () => victim.isReady(), READY_MS);

async function twoOfEach(): Promise<[number[], number[]]> {
  const ports = await freePorts(4);
  return [ports.slice(0, 2), ports.slice(2)];
}

function serviceOf(
  name: 'identity' | 'social',
  [port, adminPort]: readonly number[],
  env: Readonly<Record<string, string>>,
): Victim {
  const main = join(root, `${name}-service/src/main.ts`);
  const settings = { PORT: `${port}`, ADMIN_PORT: `${adminPort}`, LOG_LEVEL: 'error', ...env };
  const faults: string[] = [];
  let child: Child | undefined;
  const start = (): void => {
    const own = run(main, settings);
    child = own;
    own.stdout.on('line', (line) => faults.push(`${name}: ${line}`));
    void own.ended.then(({ code, stderr }) => {
      // While it was dead, somebody else was given its port for a moment.
      if (code !== 'SIGKILL' && stderr.includes('something else listens there')) start();
      else if (code !== 'SIGKILL') faults.push(`${name} ended with ${code}: ${stderr}`);
    });
  };
  return {
    name,
    faults,
    start: async () => start(),
    async kill() {
      child?.process.kill('SIGKILL');
      await child?.ended;
    },
    isReady: () => isOk(`http://127.0.0.1:${adminPort}/readyz`),
  };
}

const brokerOf = ({ servers: [server] }: TestNats): Victim => ({
  name: 'broker',
  faults: [],
  start: () => server!.restart(),
  kill: () => server!.kill(),
  isReady: () => Promise.resolve(true),
});

async function isOk(url: string): Promise<boolean> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(5_000) }).catch(() => undefined);
  await answer?.text();
  return answer?.ok === true;
}

/** The whole log of users. @throws when an event is broken or out of order */
async function readLog(origin: string): Promise<Told[]> {
  const events: Told[] = [];
  for (let after = 0; ;) {
    const answer = await fetch(`${origin}/api/user-events?lastEventId=${after}`);
    expect(answer.status).toBe(200);
    const batch = ((await answer.json()) as unknown[]).map(decodeUserEvent);
    if (batch.length === 0) return events;
    for (const event of batch) {
      if (event.kind !== 'named' && event.kind !== 'deleted')
        throw new Error(`The log has an event that is ${event.kind}`);
      expect(event.offset).toBeGreaterThan(after);
      after = event.offset;
      events.push({
        userId: event.userId,
        name: event.kind === 'named' ? event.username : null,
      });
    }
  }
}

async function namesAt(url: string, ids: readonly number[]): Promise<Map<number, string>> {
  const names = new Map<number, string>();
  for (let at = 0; at < ids.length; at += LOT) {
    const answer = await fetch(`${url}?ids=${ids.slice(at, at + LOT).join()}`);
    expect(answer.status).toBe(200);
    for (const { id, username } of ((await answer.json()) as UserBatch).items)
      names.set(id, username);
  }
  return names;
}
