// What tracing costs: CPU time of gateways that export spans, compared in turns with one that does not.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { cpuMicros } from '../process.ts';
import { median } from '../statistics.ts';
import { Fleet, type Server } from './fleet.ts';
import type { Plan } from './plan.ts';

const GATEWAY = 'gateway/src/main.ts';

/** Takes exports and forgets them. */
async function startSink(): Promise<string> {
  const server = createServer((req, res) => {
    req
      .resume()
      .on('end', () => res.writeHead(200, { 'Content-Type': 'application/x-protobuf' }).end());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  server.unref();
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const sampled = (endpoint: string, sampler: string, share = '1') => ({
  OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
  OTEL_TRACES_SAMPLER: sampler,
  OTEL_TRACES_SAMPLER_ARG: share,
});

/** @returns the report: medians of each round's ratio to the gateway without tracing */
export async function tracing(plan: Plan, progress: (line: string) => void): Promise<string> {
  const sink = await startSink();
  const fleet = await Fleet.start();
  try {
    const add = (env: Readonly<Record<string, string>>) =>
      fleet.add(GATEWAY, { answers: 'complete', env: { ADMIN_PORT: '0', ...env } });
    const off = await add({});
    const others: readonly (readonly [string, Server])[] = [
      ['no endpoint, once more', await add({})],
      ['nothing sampled', await add(sampled(sink, 'always_off'))],
      ['1 % sampled', await add(sampled(sink, 'traceidratio', '0.01'))],
      ['everything sampled', await add(sampled(sink, 'always_on'))],
    ];
    const { connections, firstWarmUpMs, warmUpMs, measureMs, rounds } = plan;
    const cost = async (server: Server, seed: number): Promise<number> => {
      await fleet.load(server, { work: 'uniform', connections, durationMs: warmUpMs, seed: -seed });
      const before = cpuMicros(server.child);
      const options = { work: 'uniform', connections, durationMs: measureMs, seed } as const;
      const { requests } = await fleet.load(server, options);
      return (cpuMicros(server.child) - before) / requests;
    };
    for (const server of [off, ...others.map(([, one]) => one)])
      await fleet.load(server, {
        work: 'uniform',
        connections,
        durationMs: firstWarmUpMs,
        seed: 0,
      });
    const ratios = others.map((): number[] => []);
    for (let round = 1; round <= rounds; round += 1)
      for (const [index, [name, server]] of others.entries()) {
        const base = await cost(off, round);
        const ratio = (await cost(server, round)) / base;
        ratios[index]!.push(ratio);
        progress(`round ${round}: ${name}: ${ratio.toFixed(3)}`);
      }
    const lines = others.map(
      ([name], index) => `| ${name} | ${((median(ratios[index]!) - 1) * 100).toFixed(1)} % |`,
    );
    return ['| tracing | more CPU time for each request |', '| --- | --- |', ...lines].join('\n');
  } finally {
    await fleet.stop();
  }
}
