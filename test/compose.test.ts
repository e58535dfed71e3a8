// What can be known of docker-compose.yml without an engine: that all it refers to is there.
import { expect, test } from '@jest/globals';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import {
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

test('the three services are there, a database for each of two, the log, and what watches them', () => {
  expect(Object.keys(compose.services).sort()).toEqual(
    [...OURS, 'identity-db', 'social-db', 'nats', 'prometheus', 'grafana'].sort(),
  );
});

test('every service is built from a context and a Dockerfile that exist, or is a pinned image', () => {
  for (const [name, { build, image }] of services) {
    if (build === undefined) expect([name, image]).toEqual([name, expect.stringMatching(/:v?\d/)]);
    else expect(existsSync(join(ROOT, build.context, build.dockerfile))).toBe(true);
  }
  expect(services.filter(([, { build }]) => build).map(([name]) => name)).toEqual([...OURS]);
});

test('everything that a Dockerfile copies out of the repository exists', () => {
  for (const name of OURS) {
    const copied = instructions(dockerfileOf(name), 'COPY')
      .filter((line) => !line.startsWith('--from'))
      .flatMap((line) => line.split(' ').slice(0, -1));
    expect(copied.length).toBeGreaterThan(4);
    expect(copied.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  }
});

test('every file that is mounted exists and is read-only', () => {
  const mounts = services.flatMap(([, { volumes = [] }]) => volumes).filter((v) => /^[./]/.test(v));
  expect(mounts.length).toBeGreaterThan(3);
  for (const mount of mounts) {
    const [source = '', target = '', mode] = mount.split(':');
    expect([mount, existsSync(join(ROOT, source)), mode]).toEqual([mount, true, 'ro']);
    // A file mounted on a directory's path, or the other way round, stops a container's start.
    expect([mount, statSync(join(ROOT, source)).isFile()]).toEqual([mount, /\.\w+$/.test(target)]);
  }
});

test('volumes and networks are exactly those that services use', () => {
  const volumes = services
    .flatMap(([, service]) => service.volumes ?? [])
    .filter((volume) => !/^[./]/.test(volume))
    .map((volume) => volume.split(':')[0] ?? '');
  expect(volumes.sort()).toEqual(Object.keys(compose.volumes).sort());

  const networks = new Set(services.flatMap(([, service]) => service.networks ?? ['default']));
  expect([...networks].sort()).toEqual(Object.keys(compose.networks).sort());
});

test('every service that another one waits for exists', () => {
  for (const [, { depends_on: needs = {} }] of services) {
    for (const [needed, { condition }] of Object.entries(needs)) {
      expect(['service_started', 'service_healthy']).toContain(condition);
      expect(Object.keys(compose.services)).toContain(needed);
    }
  }
});

test('every service is able to say that it is healthy', () => {
  const silent = services.filter(
    ([name, { build, healthcheck }]) =>
      healthcheck === undefined &&
      (build === undefined || instructions(dockerfileOf(name), 'HEALTHCHECK').length === 0),
  );
  expect(silent).toEqual([]);
});

test('only the gateway, Prometheus and Grafana are published, on loopback, no port twice', () => {
  const published = services.flatMap(([name, { ports = [] }]) => ports.map((p) => `${name} ${p}`));
  expect(published.sort()).toEqual([
    'gateway 127.0.0.1:8080:8080',
    'grafana 127.0.0.1:3000:3000',
    'prometheus 127.0.0.1:9090:9090',
  ]);
});

test('a database shares a network with its own service and with nobody else', () => {
  for (const [network, members] of [
    ['identity-data', ['identity-db', 'identity-service']],
    ['social-data', ['social-db', 'social-service']],
  ] as const) {
    const on = services.filter(([, service]) => service.networks?.includes(network));
    expect(on.map(([name]) => name).sort()).toEqual(members);
    expect(compose.networks[network]).toEqual({ internal: true });
  }
  expect(compose.services['identity-db']?.networks).toEqual(['identity-data']);
  expect(compose.services['social-db']?.networks).toEqual(['social-data']);
});

test('the broker shares a network with those who publish and read the log, and with nobody else', () => {
  const on = services.filter(([, service]) => service.networks?.includes('log'));
  expect(on.map(([name]) => name).sort()).toEqual(['identity-service', 'nats', 'social-service']);
  expect(compose.networks['log']).toEqual({ internal: true });
  expect(compose.services['nats']?.networks).toEqual(['log']);
  // Its port for clients is the usual one, for nothing says otherwise.
  const users = services.filter(([, { environment }]) => environment?.['NATS_URL']);
  expect(users.map(([name, { environment }]) => [name, environment?.['NATS_URL']])).toEqual([
    ['identity-service', 'nats://nats:4222'],
    ['social-service', 'nats://nats:4222'],
  ]);
});

test('every service starts again after a crash, and gains no privileges', () => {
  for (const [name, service] of services) {
    expect([name, service.restart]).toEqual([name, 'unless-stopped']);
    expect([name, service.security_opt]).toEqual([name, ['no-new-privileges:true']]);
  }
});

test('every variable has a default, so that the system starts with nothing set', () => {
  const names = [...readText('docker-compose.yml').matchAll(/\$\{(\w+)(:-[^}]+)?\}/g)];
  expect(names.length).toBeGreaterThan(5);
  expect(names.filter(([, , fallback]) => fallback === undefined)).toEqual([]);
});

test('a password is the same for a service and its database, and differs between databases', () => {
  for (const kind of ['identity', 'social']) {
    const url = new URL(
      withDefaults(compose.services[`${kind}-service`]?.environment?.['DATABASE_URL'] ?? ''),
    );
    const database = compose.services[`${kind}-db`]?.environment ?? {};
    expect([url.username, url.password, url.hostname, url.pathname]).toEqual([
      database['POSTGRES_USER'],
      withDefaults(database['POSTGRES_PASSWORD'] ?? ''),
      `${kind}-db`,
      `/${database['POSTGRES_DB']}`,
    ]);
    expect(url.password).toBe(`${kind}-demo-only`);
  }
});
