// deploy/kubernetes: how pods end, what they may do, and the jobs beside the services.
import { expect, test } from '@jest/globals';
import {
  imageEnvironment,
  type OURS,
  readText,
  settingsOf,
  variablesOf,
} from './support/compose.ts';
import {
  base,
  common,
  containersOf,
  demo,
  environmentOf,
  patch,
  SECRETS,
  type Container,
} from './support/kubernetes.ts';

test('gives more time to stop than the grace period and 10 s', () => {
  const { terminationGracePeriodSeconds } = (
    patch!.spec['template'] as { spec: Record<string, number> }
  ).spec;
  const graceMs = Number(environmentOf(common)['SHUTDOWN_GRACE_MS']);
  expect(graceMs).toBeGreaterThanOrEqual(5_000);
  expect(terminationGracePeriodSeconds! * 1_000).toBeGreaterThan(graceMs + 10_000);
});

test('runs every container without root, without capabilities and on a read-only file system', () => {
  const objects = [patch!, ...base.filter(({ kind }) => kind === 'CronJob'), ...demo];
  const containers = objects.flatMap(containersOf);
  expect(containers.length).toBeGreaterThan(6);
  for (const { securityContext } of containers)
    expect(securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
});

test('runs jobs that are commands of their service, with its settings, at its admin port', async () => {
  const jobs = base.filter(({ kind }) => kind === 'CronJob');
  expect(jobs.length).toBeGreaterThan(2);
  for (const job of jobs) {
    const [container] = containersOf(job) as [Container];
    const service = container.image!.split('/')[1] as (typeof OURS)[number];
    const [program, main, command] = container.command!;
    expect([program, main]).toEqual(['node', `${service}/src/main.ts`]);
    const { scripts } = JSON.parse(readText(`${service}/package.json`)) as {
      scripts: Record<string, string>;
    };
    expect(scripts[command!]).toBe(`exec node src/main.ts ${command}`);
    const environment = environmentOf(container);
    const known = variablesOf(await settingsOf(service));
    expect(Object.keys(environment).filter((variable) => !known.includes(variable))).toEqual([]);
    expect(environment).toEqual({
      ADMIN_HOST: `${service}-admin`,
      ADMIN_PORT: imageEnvironment(readText(`${service}/Dockerfile`))['ADMIN_PORT'],
      ADMIN_TOKEN_FILE: `${SECRETS}admin-token`,
    });
  }
});
