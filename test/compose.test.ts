// docker-compose.yml, checked without docker: everything that it refers to exists.
import { expect, test } from '@jest/globals';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseYaml } from 'contracts/yaml';
import {
  demoEnvironment,
  instructions,
  OURS,
  readCompose,
  readText,
  ROOT,
  withDefaults,
} from './support/compose.ts';

const compose = readCompose();
const services = Object.entries(compose.services);
const dockerfileOf = (name: string): string => readText(`${name}/Dockerfile`);

test('has the three services, two databases, the broker, Prometheus and Grafana', () => {
  expect(Object.keys(compose.services).sort()).toEqual(
    [...OURS, 'identity-db', 'social-db', 'nats', 'prometheus', 'grafana'].sort(),
  );
});

test('builds every service from an existing Dockerfile, or has a pinned image', () => {
  for (const [name, { build, image }] of services) {
    if (build === undefined) expect([name, image]).toEqual([name, expect.stringMatching(/:v?\d/)]);
    else expect(existsSync(join(ROOT, build.context, build.dockerfile))).toBe(true);
  }
  expect(services.filter(([, { build }]) => build).map(([name]) => name)).toEqual([...OURS]);
});

test('copies only existing files in every Dockerfile', () => {
  for (const name of OURS) {
    const copied = instructions(dockerfileOf(name), 'COPY')
      .filter((line) => !line.startsWith('--from'))
      .flatMap((line) => line.split(' ').slice(0, -1));
    expect(copied.length).toBeGreaterThan(4);
    expect(copied.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  }
});

test('mounts only existing files, read-only', () => {
  const mounts = services.flatMap(([, { volumes = [] }]) => volumes).filter((v) => /^[./]/.test(v));
  expect(mounts.length).toBeGreaterThan(3);
  for (const mount of mounts) {
    const [source = '', target = '', mode] = mount.split(':');
    expect([mount, existsSync(join(ROOT, source)), mode]).toEqual([mount, true, 'ro']);
    // A file mounted on a directory's path, or the other way round, stops a container's start.
    expect([mount, statSync(join(ROOT, source)).isFile()]).toEqual([mount, /\.\w+$/.test(target)]);
  }
});

test('has no default for a secret, and the demo names each variable that it needs, and no other', () => {
  const used = [...readText('docker-compose.yml').matchAll(/\$\{(\w+):([-?])/g)];
  const secret = used.filter(([, name]) => /PASSWORD|TOKEN|SECRET/.test(name!));
  expect(secret.length).toBeGreaterThan(8);
  expect(secret.filter(([, , kind]) => kind !== '?').map(([, name]) => name)).toEqual([]);
  const required = used.filter(([, , kind]) => kind === '?').map(([, name]) => name);
  const demo = Object.keys(demoEnvironment);
  expect(required.filter((name) => !demo.includes(name!))).toEqual([]);
  expect(demo.filter((name) => !used.some(([, other]) => other === name))).toEqual([]);
});

test('gives no container a capability, a writable root but for Grafana, or memory and processes without a limit', () => {
  for (const [name, service] of services)
    expect([
      name,
      service.cap_drop,
      service.read_only ?? false,
      service.mem_limit,
      service.pids_limit,
    ]).toEqual([
      name,
      ['ALL'],
      name !== 'grafana',
      expect.stringMatching(/^\d+[mg]$/),
      expect.any(Number),
    ]);
});

test('gives the tokens of the admin ports as files, and Prometheus the one for reading only', () => {
  const users = services.flatMap(([name, { secrets = [] }]) => secrets.map((s) => `${name} ${s}`));
  expect(users.sort()).toEqual(
    [
      ...OURS.flatMap((name) => [`${name} admin_token`, `${name} admin_read_token`]),
      'prometheus admin_read_token',
    ].sort(),
  );
  expect(Object.keys(compose.secrets).sort()).toEqual(['admin_read_token', 'admin_token']);
  for (const { file } of Object.values(compose.secrets))
    expect([file, existsSync(join(ROOT, withDefaults(file)))]).toEqual([file, true]);
  const { scrape_configs: jobs } = parseYaml(readText('gateway/ops/prometheus.yml')) as {
    scrape_configs: { authorization: unknown }[];
  };
  expect(jobs.map(({ authorization }) => authorization)).toEqual(
    OURS.map(() => ({ credentials_file: '/run/secrets/admin_read_token' })),
  );
});

test('declares exactly the volumes and networks that services use', () => {
  const volumes = services
    .flatMap(([, service]) => service.volumes ?? [])
    .filter((volume) => !/^[./]/.test(volume))
    .map((volume) => volume.split(':')[0] ?? '');
  expect(volumes.sort()).toEqual(Object.keys(compose.volumes).sort());

  const networks = new Set(services.flatMap(([, service]) => service.networks ?? ['default']));
  expect([...networks].sort()).toEqual(Object.keys(compose.networks).sort());
});

test('waits only for existing services', () => {
  for (const [, { depends_on: needs = {} }] of services) {
    for (const [needed, { condition }] of Object.entries(needs)) {
      expect(['service_started', 'service_healthy']).toContain(condition);
      expect(Object.keys(compose.services)).toContain(needed);
    }
  }
});

test('has a health check for every service', () => {
  const unchecked = services.filter(
    ([name, { build, healthcheck }]) =>
      healthcheck === undefined &&
      (build === undefined || instructions(dockerfileOf(name), 'HEALTHCHECK').length === 0),
  );
  expect(unchecked).toEqual([]);
});

test('publishes only the gateway, Prometheus and Grafana, on loopback, with different ports', () => {
  const published = services.flatMap(([name, { ports = [] }]) => ports.map((p) => `${name} ${p}`));
  expect(published.sort()).toEqual([
    'gateway 127.0.0.1:8080:8080',
    'grafana 127.0.0.1:3000:3000',
    'prometheus 127.0.0.1:9090:9090',
  ]);
});

test('puts a database in a network with its own service only', () => {
  for (const [network, members] of [
    ['identity-data', ['identity-db', 'identity-service']],
    ['social-data', ['social-db', 'social-service']],
  ] as const) {
    const users = services.filter(([, service]) => service.networks?.includes(network));
    expect(users.map(([name]) => name).sort()).toEqual(members);
    expect(compose.networks[network]).toEqual({ internal: true });
  }
  expect(compose.services['identity-db']?.networks).toEqual(['identity-data']);
  expect(compose.services['social-db']?.networks).toEqual(['social-data']);
});

test('puts the broker in a network with Identity and Social only', () => {
  const users = services.filter(([, service]) => service.networks?.includes('log'));
  expect(users.map(([name]) => name).sort()).toEqual([
    'identity-service',
    'nats',
    'social-service',
  ]);
  expect(compose.networks['log']).toEqual({ internal: true });
  expect(compose.services['nats']?.networks).toEqual(['log']);
  // The broker has its default port, since its command sets no other.
  const clients = services.filter(([, { environment }]) => environment?.['NATS_URL']);
  expect(clients.map(([name, { environment }]) => [name, environment?.['NATS_URL']])).toEqual([
    ['identity-service', expect.stringMatching(/^nats:\/\/identity:.+@nats:4222$/)],
    ['social-service', expect.stringMatching(/^nats:\/\/social:.+@nats:4222$/)],
  ]);
});

test('restarts every service after a crash, without new privileges', () => {
  for (const [name, service] of services) {
    expect([name, service.restart]).toEqual([name, 'unless-stopped']);
    expect([name, service.security_opt]).toEqual([name, ['no-new-privileges:true']]);
  }
});

test('has the same password for a service and its database, and different passwords for the databases', () => {
  for (const kind of ['identity', 'social']) {
    const url = new URL(
      withDefaults(compose.services[`${kind}-service`]?.environment?.['DATABASE_URL'] ?? ''),
    );
    const database = compose.services[`${kind}-db`]?.environment ?? {};
    expect([url.username, url.password, url.hostname, url.pathname]).toEqual([
      database['SERVICE_ROLE'],
      withDefaults(database['SERVICE_PASSWORD'] ?? ''),
      `${kind}-db`,
      `/${database['SERVICE_ROLE']}`,
    ]);
    expect(url.password).toBe(`${kind}-demo-only`);
    const owner = new URL(
      withDefaults(compose.services[`${kind}-service`]?.environment?.['DATABASE_OWNER_URL'] ?? ''),
    );
    expect([owner.username, owner.password, owner.host, owner.pathname]).toEqual([
      `${kind}_owner`,
      withDefaults(database['OWNER_PASSWORD'] ?? ''),
      url.host,
      url.pathname,
    ]);
  }
});
