// The comparison: measures every server with its kinds of work, in turns, round after round.
import { Fleet, LONG_DEADLINE, type Server } from './fleet.ts';
import type { Plan } from './plan.ts';
import { cpuMicros } from '../process.ts';
import { gatewayFacts, scrape, type GatewayFacts } from './scrape.ts';
import type { Work } from './fixtures.ts';

/** One measurement. */
export interface Sample {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** CPU time of the server's process for each request: all threads, user and system. */
  readonly cpuMicros: number;
  /** The share of one core that the server used. Below about 0.9, something else was the bottleneck. */
  readonly busy: number;
  /** Requests to Identity and Social for each answer. */
  readonly identityCalls: number;
  readonly socialCalls: number;
  readonly gateway: GatewayFacts | undefined;
}

/** One server with one kind of work: the samples of all rounds. */
export interface Case {
  readonly name: CaseName;
  readonly work: Work;
  readonly samples: readonly Sample[];
}

export type CaseName = (typeof CASES)[number]['name'];

// A round measures them in this order.
export const CASES = [
  { name: 'gateway, uniform', work: 'uniform', server: 'gateway' },
  { name: 'naive, uniform', work: 'uniform', server: 'naive' },
  { name: 'floor, uniform', work: 'uniform', server: 'floor' },
  { name: 'gateway without Identity, uniform', work: 'uniform', server: 'degraded' },
  { name: 'gateway without post cache, uniform', work: 'uniform', server: 'uncached' },
  { name: 'gateway, zipf', work: 'zipf', server: 'gateway' },
  { name: 'gateway without post cache, zipf', work: 'zipf', server: 'uncached' },
  { name: 'gateway, hot', work: 'hot', server: 'gateway' },
  { name: 'gateway without post cache, hot', work: 'hot', server: 'uncached' },
  { name: 'naive, hot', work: 'hot', server: 'naive' },
  { name: 'floor, hot', work: 'hot', server: 'floor' },
  { name: 'gateway, feed warm', work: 'feed warm', server: 'warm' },
  { name: 'gateway, feed cold', work: 'feed cold', server: 'cold' },
  // This server has no cache, so warm and cold pages are the same to it.
  { name: 'naive, feed', work: 'feed warm', server: 'naiveFeed' },
] as const;

const GATEWAY = 'gateway/src/main.ts';

async function startServers(fleet: Fleet, upstreamConnections: number) {
  const env = { ADMIN_PORT: '0' };
  return {
    gateway: await fleet.add(GATEWAY, { answers: 'complete', env }),
    naive: await fleet.add('lab/bench/peers/naive.ts', { answers: 'complete' }),
    floor: await fleet.add('lab/bench/peers/floor.ts', {
      answers: 'plain',
      env: { UPSTREAM_CONNECTIONS: String(upstreamConnections) },
    }),
    // Its breaker is open before its first request, so that it never caches an author.
    degraded: await fleet.add(GATEWAY, { answers: 'authorless', env }),
    uncached: await fleet.add(GATEWAY, { answers: 'complete', env: { ...env, POST_TTL_MS: '0' } }),
    // Feeds have their own servers, so that their caches and compiled code do not affect the other servers.
    warm: await fleet.add(GATEWAY, { answers: 'complete', env }),
    cold: await fleet.add(GATEWAY, { answers: 'complete', env: { ...env, ...LONG_DEADLINE } }),
    naiveFeed: await fleet.add('lab/bench/peers/naive.ts', { answers: 'complete' }),
  };
}

/** Warms a server up, then measures it. */
async function measure(fleet: Fleet, server: Server, work: Work, plan: Plan, seed: number) {
  const { connections, warmUpMs, measureMs } = plan;
  await fleet.load(server, { work, connections, durationMs: warmUpMs, seed: -seed });

  const metricsBefore = server.adminUrl === undefined ? undefined : await scrape(server.adminUrl);
  const upstreamsBefore = await fleet.upstreams();
  const cpuBefore = cpuMicros(server.child);
  const result = await fleet.load(server, { work, connections, durationMs: measureMs, seed });
  const cpu = cpuMicros(server.child) - cpuBefore;
  const upstreams = await fleet.upstreams();
  const gateway = metricsBefore && gatewayFacts(metricsBefore, await scrape(server.adminUrl!));

  const { requests, elapsedMs, p50Ms, p99Ms } = result;
  return {
    perSecond: (requests * 1000) / elapsedMs,
    p50Ms,
    p99Ms,
    cpuMicros: cpu / requests,
    busy: cpu / 1000 / elapsedMs,
    identityCalls: (upstreams.identityRequests - upstreamsBefore.identityRequests) / requests,
    socialCalls: (upstreams.socialRequests - upstreamsBefore.socialRequests) / requests,
    gateway,
  } satisfies Sample;
}

/** Runs the comparison. @throws at the first unexpected answer */
export async function compare(
  plan: Plan,
  upstreamConnections: number,
  progress: (line: string) => void,
): Promise<Case[]> {
  const fleet = await Fleet.start();
  try {
    const servers = await startServers(fleet, upstreamConnections);
    const { connections, firstWarmUpMs, rounds } = plan;
    for (const { server, work } of CASES)
      await fleet.load(servers[server], { work, connections, durationMs: firstWarmUpMs, seed: 0 });

    const samples = CASES.map((): Sample[] => []);
    for (let round = 1; round <= rounds; round += 1) {
      for (const [index, { name, server, work }] of CASES.entries()) {
        const sample = await measure(fleet, servers[server], work, plan, round);
        samples[index]!.push(sample);
        const cpu = sample.cpuMicros.toFixed(1);
        progress(`round ${round} of ${rounds}: ${name}: ${cpu} µs of CPU a request`);
      }
    }
    return CASES.map(({ name, work }, index) => ({ name, work, samples: samples[index]! }));
  } finally {
    await fleet.stop();
  }
}
