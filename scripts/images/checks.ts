// The checks of the images, in the order in which they run.
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  billOf,
  healthCheckOf,
  linkedWorkspaces,
  lookInside,
  unwantedPackages,
} from './contents.ts';
import type { Engine } from './engine.ts';
import { SERVICES, type Service, type System } from './system.ts';

export interface Check {
  readonly name: string;
  readonly run: (engine: Engine, system: System) => Promise<void> | void;
}

const forEach = (
  name: string,
  run: (engine: Engine, system: System, service: Service) => unknown,
) =>
  SERVICES.map((service): Check => ({
    name: `${service}: ${name}`,
    run: async (engine, system) => void (await run(engine, system, service)),
  }));

/** Sends a GET request to a public port. @returns the JSON of the answer @throws when the status is not 200 */
async function get(system: System, service: Service, path: string): Promise<unknown> {
  const response = await fetch(system.of(service).url + path, {
    signal: AbortSignal.timeout(5000),
  });
  const text = await response.text();
  assert.equal(response.status, 200, text);
  return JSON.parse(text);
}

export const CHECKS: readonly Check[] = [
  ...forEach('builds its image', (engine, system, service) =>
    engine.build(service, system.image(service)),
  ),
  ...forEach('starts in its image and becomes ready', (engine, system, service) =>
    system.start(engine, service),
  ),
  ...forEach('passes the health check of its image', (_, system, service) => {
    system.of(service).container.run(healthCheckOf(service));
  }),
  ...forEach('runs as an unprivileged user that cannot change its code', (_, system, service) => {
    const { container } = system.of(service);
    assert.equal(container.uid(), '1000');
    assert.deepEqual(lookInside(container, service).writable, []);
  }),
  ...forEach('has only its own code and the shared code in its image', (_, system, service) => {
    const { app, own } = lookInside(system.of(service).container, service);
    const expected = ['chassis', 'contracts', service, 'node_modules', 'package-lock.json'];
    const builtWeb = service === 'gateway' ? ['web'] : [];
    assert.deepEqual(app, [...expected, ...builtWeb, 'package.json', 'sbom.cdx.json'].sort());
    assert.deepEqual(
      own.filter((entry) => !['node_modules', 'package.json', 'src'].includes(entry)),
      [],
    );
  }),
  ...forEach('has no package in its image that only other services need', (_, system, service) => {
    const { packages, links } = lookInside(system.of(service).container, service);
    const unwanted = unwantedPackages(service);
    assert.ok(packages.length > 50 && unwanted.length > 10);
    assert.deepEqual(
      packages.filter((name) => unwanted.includes(name)),
      [],
    );
    assert.deepEqual(links, linkedWorkspaces(service));
  }),
  ...forEach('lists every package of its image in a bill of materials', (_, system, service) => {
    const { container } = system.of(service);
    const listed = billOf(container, '.');
    const { packages } = lookInside(container, service);
    assert.deepEqual(
      packages.filter((name) => !name.startsWith('.') && !listed.includes(name)),
      [],
    );
    if (service === 'gateway') assert.ok(billOf(container, 'web').includes('preact'));
  }),
  {
    name: 'identity-service: answers with a user',
    async run(_, system) {
      const user = await get(system, 'identity-service', '/api/users/1');
      assert.deepEqual(user, { id: 1, username: 'cat_sun_dog' });
    },
  },
  {
    name: 'social-service: answers with a post',
    async run(_, system) {
      const post = await get(system, 'social-service', '/api/posts/5');
      assert.equal((post as { authorId: unknown }).authorId, 1);
    },
  },
  {
    name: 'gateway: answers with a post and its author',
    async run(_, system) {
      const post = (await get(system, 'gateway', '/api/posts/5')) as Record<string, unknown>;
      assert.deepEqual([post['id'], post['author']], [5, { id: 1, username: 'cat_sun_dog' }]);
    },
  },
  {
    name: 'gateway: serves its contract and its documentation',
    async run(_, system) {
      const contract = await get(system, 'gateway', '/api/openapi.json');
      assert.ok((contract as Record<string, unknown>)['paths']);
      for (const file of ['', '/swagger-ui.css', '/swagger-ui-bundle.js']) {
        const response = await fetch(`${system.of('gateway').url}/api/docs${file}`);
        assert.equal(response.status, 200, file);
        assert.ok((await response.text()).length > 200, file);
      }
    },
  },
  {
    name: 'gateway: serves the web app',
    async run(_, system) {
      const { url } = system.of('gateway');
      const page = await fetch(url, { headers: { Accept: 'text/html' } });
      const [, script = ''] = /src="(\/assets\/[^"]+\.js)"/.exec(await page.text()) ?? [];
      assert.equal(
        (await fetch(url + script)).headers.get('content-type')?.split(';', 1)[0],
        'text/javascript',
      );
    },
  },
  ...forEach('ends with exit code 0 within 10 s after SIGTERM', async (_, system, service) => {
    const limit = new AbortController();
    const code = await Promise.race([
      system.of(service).container.terminate(),
      sleep(10_000, 'still running', { signal: limit.signal }),
    ]);
    limit.abort();
    assert.equal(code, 0);
  }),
];
