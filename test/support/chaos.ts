// Runs Identity, Social and a NATS server as real processes and kills and restarts them at random, while clients change
// users. At the end, with all of them running, it collects the users and names of each.
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { expect } from '@jest/globals';
import type { TestDatabase } from 'chassis/testing/database';
import { freePorts } from 'chassis/testing/free-ports';
import type { TestNats } from 'chassis/testing/nats';
import type { PostgresServer } from 'chassis/testing/postgres';
import { type Child, startNode } from 'chassis/testing/process';
import { until, untilSuccess } from 'chassis/testing/until';
import { HIGH_LIMITS, usernamesAt } from 'chassis/testing/users';
import { decodeUserEvent } from 'contracts/events/decode';
import { changeUsers } from './chaos-clients.ts';
import { faultsOfPosts, writePosts } from './chaos-posts.ts';
import { contradictions, fold, type History, newHistory, type UserEvent } from './history.ts';
import { between, type Random, randomOf } from './random.ts';
import { root } from './sources.ts';

const CLIENTS = 8;
/** Minimum of acknowledged changes of each kind. */
const CHANGES_MIN = 3;
const READY_MS = 60_000;
const CONVERGED_MS = 30_000;
const RUN_MAX_MS = 5_000;
const IDS_BEYOND = 200;

/** A process that is killed and restarted. */
interface Target {
  readonly name: string;
  start(): Promise<void>;
  kill(): Promise<void>;
  isReady(): Promise<boolean>;
  /** Unexpected exits, and lines that it logged as errors. */
  readonly faults: readonly string[];
}

export interface ChaosOptions {
  readonly seed: number;
  readonly durationMs: number;
  readonly identity: TestDatabase;
  readonly social: TestDatabase;
  readonly nats?: TestNats;
  /** The server of Identity's database: it is ended at once, as by `pg_ctl stop -m immediate`, and started again. */
  readonly postgres?: PostgresServer;
  /** Whether the log is compacted again and again. */
  readonly compaction?: boolean;
}

export interface Outcome {
  /** Number of kills of each process. */
  readonly kills: Readonly<Record<string, number>>;
  readonly history: History;
  readonly faults: readonly string[];
  /** Usernames by id at Identity. */
  readonly users: ReadonlyMap<number, string>;
  /** Usernames by id in Social's replica. */
  readonly replica: ReadonlyMap<number, string>;
  /** All events of the user event log. */
  readonly events: readonly UserEvent[];
  /** Milliseconds from the last restart until the replica equalled Identity. */
  readonly convergedMs: number;
  /** What is wrong with the posts in Social. */
  readonly postFaults: readonly string[];
  /** Number of compactions that were complete; undefined without compaction. */
  readonly compactions: number | undefined;
}

/** Runs the chaos. @throws when a process does not become ready, or a request fails while all processes run */
export async function chaos(options: ChaosOptions): Promise<Outcome> {
  const { seed, nats, postgres, compaction } = options;
  const ports = await freePorts(4);
  const [identityPorts, socialPorts] = [ports.slice(0, 2), ports.slice(2)];
  const identityUrl = `http://127.0.0.1:${identityPorts[0]}`;
  const socialUrl = `http://127.0.0.1:${socialPorts[0]}`;
  const broker = nats === undefined ? {} : { NATS_URL: nats.url };
  const targets = [
    serviceTarget('identity', identityPorts, { ...options.identity.settings, ...broker }),
    serviceTarget('social', socialPorts, {
      ...options.social.settings,
      ...broker,
      IDENTITY_URL: identityUrl,
    }),
    ...(nats === undefined ? [] : [brokerTarget(nats)]),
    ...(postgres === undefined ? [] : [databaseTarget(postgres)]),
  ];
  const history = newHistory();
  const services = targets.slice(0, 2);
  try {
    for (const service of services) await service.start();
    const stop = new AbortController();
    const clients = Array.from({ length: CLIENTS }, (_, at) =>
      changeUsers(identityUrl, at, randomOf(seed, at), history, stop.signal),
    );
    const posts = writePosts(socialUrl, randomOf(seed, 100), history, stop.signal);
    const compacting = compaction
      ? compactRepeatedly(`http://127.0.0.1:${identityPorts[1]}`, stop.signal)
      : undefined;
    const endOfKilling = AbortSignal.timeout(options.durationMs);
    const killing = targets.map((target, at) =>
      killRepeatedly(target, randomOf(seed, CLIENTS + at), endOfKilling),
    );
    // If one of them fails, the others end first.
    await Promise.allSettled(killing);
    await until('there are enough changes', () => isEnough(history), READY_MS).finally(() =>
      stop.abort(),
    );
    await Promise.all(clients);
    const [written, compactions] = await Promise.all([posts, compacting]);
    const kills = await Promise.all(killing);
    for (const target of targets) await untilReady(target);
    const observed = await observe(identityUrl, socialUrl, history);
    return {
      ...observed,
      postFaults: await faultsOfPosts(socialUrl, written, observed.users),
      compactions,
      history,
      kills: Object.fromEntries(targets.map(({ name }, at) => [name, kills[at]!])),
      faults: targets.flatMap(({ faults }) => faults),
    };
  } finally {
    for (const service of services) await service.kill();
  }
}

/** Collects users, names and events when the replica equals Identity, or after CONVERGED_MS. */
async function observe(identityUrl: string, socialUrl: string, { users: changed }: History) {
  const start = performance.now();
  const events = await readLog(identityUrl);
  const known = [...changed.map(({ id }) => id), ...events.map(({ userId }) => userId)];
  // All ids that Identity can have assigned, also ids that neither the clients nor the log know.
  const ids = Array.from({ length: Math.max(0, ...known) + IDS_BEYOND }, (_, at) => at + 1);
  const users = await usernamesAt(`${identityUrl}/api/users`, ids);
  const inReplica = () => usernamesAt(`${socialUrl}/api/authors`, ids);
  const isEqual = async () => isDeepStrictEqual(await inReplica(), users);
  await untilSuccess('the replica equals Identity', isEqual, CONVERGED_MS).catch(() => undefined);
  const convergedMs = Math.round(performance.now() - start);
  return { events, users, replica: await inReplica(), convergedMs };
}

const isEnough = ({ results }: History): boolean =>
  ['register 201', 'rename 200', 'delete 204'].every(
    (key) => (results.get(key) ?? 0) >= CHANGES_MIN,
  );

/** Expects that no change was lost and no user invented. */
export function expectConsistent(outcome: Outcome): void {
  const { history, faults, users, replica, events, kills, postFaults, compactions } = outcome;
  expect([...faults, ...history.unexpected]).toEqual([]);
  expect(contradictions(history, users, events, compactions !== undefined)).toEqual([]);
  expect(postFaults).toEqual([]);
  expect(compactions ?? 1).toBeGreaterThan(0);
  expect(fold(events)).toEqual(users);
  expect(replica).toEqual(users);
  expect(Math.min(...Object.values(kills))).toBeGreaterThan(0);
}

/** Returns one line that sums up a run. */
export function summaryOf({ history, kills, users, events, convergedMs }: Outcome): string {
  const sorted = [...history.results].sort(([a], [b]) => a.localeCompare(b));
  const counts = { users: users.size, events: events.length, convergedMs };
  return JSON.stringify({ kills, results: Object.fromEntries(sorted), ...counts });
}

/** Kills and restarts a process repeatedly, at least once. It runs at the end. @returns the number of kills */
async function killRepeatedly(target: Target, random: Random, end: AbortSignal): Promise<number> {
  let kills = 0;
  do {
    // Some runs are too short to become ready.
    if (random() < 0.7) await untilReady(target);
    await pause(between(random, 50, RUN_MAX_MS));
    await target.kill();
    kills += 1;
    await pause(between(random, 0, 1_000));
    await target.start();
  } while (!end.aborted);
  return kills;
}

const untilReady = (target: Target) =>
  until(`${target.name} is ready`, () => target.isReady(), READY_MS);

function serviceTarget(
  name: 'identity' | 'social',
  [port, adminPort]: readonly number[],
  env: Readonly<Record<string, string>>,
): Target {
  const main = join(root, `${name}-service/src/main.ts`);
  const settings = {
    PORT: `${port}`,
    ADMIN_PORT: `${adminPort}`,
    LOG_LEVEL: 'error',
    ...HIGH_LIMITS,
    ...env,
  };
  const faults: string[] = [];
  let child: Child | undefined;
  const start = (): void => {
    const own = startNode(main, settings);
    child = own;
    own.stdout.on('line', (line) => faults.push(`${name}: ${line}`));
    void own.ended.then(({ code, stderr }) => {
      // While the service was down, another process took its port for a moment.
      if (code !== 'SIGKILL' && stderr.includes('something else listens there')) start();
      else if (code !== 'SIGKILL') faults.push(`${name} ended with ${code}: ${stderr}`);
    });
  };
  return {
    name,
    faults,
    start: async () => start(),
    kill: async () => void (await child?.stop('SIGKILL')),
    isReady: () => isOk(`http://127.0.0.1:${adminPort}/readyz`),
  };
}

const brokerTarget = ({ servers: [server] }: TestNats): Target => ({
  name: 'broker',
  faults: [],
  start: () => server!.restart(),
  kill: () => server!.kill(),
  isReady: () => Promise.resolve(true),
});

const databaseTarget = (server: PostgresServer): Target => ({
  name: 'database',
  faults: [],
  start: () => server.start(),
  kill: () => server.stop('SIGQUIT'),
  isReady: () => Promise.resolve(true),
});

/** Compacts the log again and again. @returns the number of compactions that were complete */
async function compactRepeatedly(adminUrl: string, stop: AbortSignal): Promise<number> {
  let compactions = 0;
  for (let after = 0; !stop.aborted;) {
    const answer = await fetch(`${adminUrl}/log/compact?after=${after}`, {
      method: 'POST',
      signal: AbortSignal.timeout(10_000),
    }).catch(() => undefined);
    const text = await answer?.text().catch(() => undefined);
    const { next = 0 } = (answer?.ok && text ? JSON.parse(text) : {}) as { next?: number | null };
    if (next === null) compactions += 1;
    after = next ?? 0;
    await pause(200);
  }
  return compactions;
}

async function isOk(url: string): Promise<boolean> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(5_000) }).catch(() => undefined);
  await answer?.text();
  return answer?.ok === true;
}

/** Reads the complete user event log. @throws when an event is invalid or out of order */
async function readLog(origin: string): Promise<UserEvent[]> {
  const events: UserEvent[] = [];
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
      const name = event.kind === 'named' ? event.username : null;
      events.push({ userId: event.userId, name });
    }
  }
}
