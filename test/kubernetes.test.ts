// deploy/kubernetes fits the code of our services: settings, ports, addresses, secrets, time to stop. Another check renders it.
import { describe, expect, test } from '@jest/globals';
import { adminAccess } from 'chassis/admin/access';
import { readSettings } from 'chassis/settings/settings';
import { imageEnvironment, OURS, readText, settingsOf, variablesOf } from './support/compose.ts';
import {
  base,
  common,
  containersOf,
  demo,
  demoCommon,
  environmentOf,
  named,
  SECRETS,
  type Container,
} from './support/kubernetes.ts';

/** The secrets of each service, beside the tokens of its admin port, with the files that hold them. */
const secretsOf = {
  gateway: { IDENTITY_FEED_TOKEN: 'feed-token', SOCIAL_FEED_TOKEN: 'social-feed-token' },
  'identity-service': {
    DATABASE_URL: 'database-url',
    FEED_TOKENS: 'feed-tokens',
    SIGNING_KEY_SECRET: 'signing-key-secret',
  },
  'social-service': {
    DATABASE_URL: 'database-url',
    IDENTITY_FEED_TOKEN: 'feed-token',
    FEED_TOKENS: 'feed-tokens',
  },
} as const;
const secretFiles = (secrets: Readonly<Record<string, string>>) => {
  const all = { ADMIN_TOKEN: 'admin-token', ADMIN_READ_TOKEN: 'admin-read-token', ...secrets };
  return Object.fromEntries(
    Object.entries(all).map(([variable, file]) => [`${variable}_FILE`, SECRETS + file]),
  );
};

describe.each(OURS)('%s', (name) => {
  const [container] = containersOf(named('Deployment', name)) as [Container];
  const image = imageEnvironment(readText(`${name}/Dockerfile`));
  const given = environmentOf(common, container);

  test('is given only variables that are its settings, with values that they accept', async () => {
    const schema = await settingsOf(name);
    const inDemo = name === 'gateway' ? {} : environmentOf(demoCommon);
    for (const environment of [given, { ...given, ...inDemo }]) {
      const known = variablesOf(schema);
      expect(Object.keys(environment).filter((variable) => !known.includes(variable))).toEqual([]);
      // The files of secrets exist only in the cluster.
      const { plain = [], fromFiles = [] } = Object.groupBy(
        Object.entries(environment),
        ([variable]) => (variable.endsWith('_FILE') ? 'fromFiles' : 'plain'),
      );
      expect(Object.fromEntries(fromFiles)).toEqual(secretFiles(secretsOf[name]));
      const token = 'the-token-of-a-test';
      const settings = readSettings(schema, {
        ...image,
        ...Object.fromEntries(plain),
        ADMIN_TOKEN: token,
        ...(name === 'identity-service' && { SIGNING_KEY_SECRET: 'none' }),
      });
      adminAccess({ ADMIN_HOST: image['ADMIN_HOST']!, ADMIN_TOKEN: token });
      expect(settings).toMatchObject({ ADMIN_HOST: '0.0.0.0' });
    }
  });

  test('has the ports of its image, and services for them', () => {
    expect(container.ports).toEqual([
      { name: 'http', containerPort: Number(image['PORT']) },
      { name: 'admin', containerPort: Number(image['ADMIN_PORT']) },
    ]);
    for (const [service, port] of [
      [name, 'http'],
      [`${name}-admin`, 'admin'],
    ] as const) {
      const { containerPort } = container.ports!.find((each) => each.name === port)!;
      expect(named('Service', service).spec).toMatchObject({
        selector: { 'app.kubernetes.io/name': name },
        ports: [{ name: port, port: containerPort, targetPort: port }],
      });
    }
  });

  test('sends requests only to addresses of services that exist', () => {
    const urls = Object.entries(given).filter(([variable]) => /^(\w+)_URL$/.test(variable));
    expect(urls.length).toBeGreaterThan(0);
    for (const [variable, value] of urls) {
      const { hostname, port } = new URL(value);
      const service = [...base, ...demo].find(
        ({ kind, metadata }) => kind === 'Service' && metadata.name === hostname,
      );
      expect([variable, service?.spec['ports']]).toEqual([
        variable,
        [expect.objectContaining({ port: Number(port) })],
      ]);
    }
  });

  test('has probes at its admin port, a disruption budget, a scale and a monitor', () => {
    for (const probe of [common.startupProbe, common.readinessProbe, common.livenessProbe])
      expect(probe?.httpGet.port).toBe('admin');
    expect(common.readinessProbe?.httpGet.path).toBe('/readyz');
    expect(common.livenessProbe?.httpGet.path).toBe('/healthz');
    expect(named('PodDisruptionBudget', name).spec['selector']).toEqual({
      matchLabels: { 'app.kubernetes.io/name': name },
    });
    expect(named('HorizontalPodAutoscaler', name).spec['minReplicas']).toBeGreaterThan(1);
    expect(named('ServiceMonitor', name).spec).toMatchObject({
      selector: { matchLabels: named('Service', `${name}-admin`).metadata.labels },
      endpoints: [
        { port: 'admin', authorization: { credentials: { name, key: 'admin-read-token' } } },
      ],
    });
  });

  test('lets only Prometheus and the jobs of this service reach its admin port', () => {
    const ingress = named('NetworkPolicy', name).spec['ingress'] as {
      from: { podSelector?: { matchLabels: Record<string, string> } }[];
      ports: { port: number }[];
    }[];
    const admin = ingress.filter(({ ports }) =>
      ports.some(({ port }) => String(port) === image['ADMIN_PORT']),
    );
    const allowed = admin.flatMap(({ from }) =>
      from.map(({ podSelector }) => podSelector?.matchLabels),
    );
    const hasJobs = base.some(
      ({ kind, metadata }) => kind === 'CronJob' && metadata.name.startsWith(name.split('-')[0]!),
    );
    expect(allowed).toEqual([
      { 'app.kubernetes.io/name': 'prometheus' },
      ...(hasJobs ? [{ 'admin-of': name }] : []),
    ]);
    const ports = ingress.flatMap((rule) => rule.ports.map(({ port }) => String(port)));
    expect(ports).toEqual([image['PORT'], image['ADMIN_PORT']]);
  });
});
