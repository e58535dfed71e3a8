// What is deployed and today's releases, side by side on the same databases: each service is deployed and rolled back alone.
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { openBrowser, type Browser, type BrowserResponse } from 'chassis/testing/browser';
import { describeOnServer, serverDatabase, type TestDatabase } from 'chassis/testing/database';
import { freePorts } from 'chassis/testing/free-ports';
import { request } from 'chassis/testing/http-client';
import { startService, type ServiceProcess } from 'chassis/testing/process';
import { until, untilSuccess } from 'chassis/testing/until';
import { HIGH_LIMITS, usernamesAt } from 'chassis/testing/users';
import { verdicts } from '../contracts/scripts/can-i-deploy.ts';
import { folders } from '../contracts/scripts/check.ts';
import { readDeployed, versionsIn } from '../contracts/scripts/deployed.ts';
import { releasesOf } from '../contracts/scripts/releases.ts';
import { documentNames } from '../contracts/src/document.ts';
import { hasCommit, sourcesOf } from './support/released-sources.ts';
import { root } from './support/sources.ts';

jest.setTimeout(120_000);

type Service = (typeof documentNames)[number];
/** Which services run in today's version; the others run as deployed. */
type Today = readonly Service[];

const WORKSPACES = {
  identity: 'identity-service',
  social: 'social-service',
  gateway: 'gateway',
} as const;
const READY_MS = 60_000;
const others = (service: Service): Today => documentNames.filter((name) => name !== service);

const { production: deployed = {} } = await readDeployed();
const commits = documentNames.map((name) => deployed[name]?.commit ?? 'unknown');
const newest = Object.fromEntries(
  await Promise.all(
    documentNames.map(async (name) => {
      const releases = await releasesOf(name, folders.released);
      return [name, releases.at(-1)!.version] as const;
    }),
  ),
);

/** Whether the contracts say that a service may run in this version with the others. */
async function mayRun(service: Service, versions: typeof newest, rest: typeof newest) {
  const all = await verdicts([service, versions[service]!], rest, folders.released);
  return all.every(({ faults }) => faults.length === 0);
}

/**
 * Every service deployed alone and rolled back, then all of today with one as deployed. What a verdict forbids is left out:
 * there the team waits for another one.
 */
async function order(): Promise<Today[]> {
  const old = versionsIn(deployed) as typeof newest;
  const steps: Today[] = [[]];
  for (const service of documentNames)
    if (await mayRun(service, newest, old)) steps.push([service], []);
  steps.push([...documentNames]);
  for (const service of documentNames)
    if (await mayRun(service, old, newest)) steps.push(others(service));
  return steps;
}

const title = (today: Today): string =>
  documentNames
    .map((name) => (today.includes(name) ? `today's ${name}` : `the deployed ${name}`))
    .join(', ');

const steps = (await order()).map((today, step) => ({ name: title(today), today, step }));

const describeWithHistory: typeof describeOnServer = (name, suite) => {
  if (commits.every(hasCommit)) describeOnServer(name, suite);
  else describe.skip(`${name} (needs the git history of contracts/deployed.json)`, suite);
};

describeWithHistory('on databases that were migrated and rolled back', () => {
  const sources = new Map<string, string>();
  let databases: Readonly<Record<'identity' | 'social', TestDatabase>>;
  let url: string;
  let ports: readonly number[];
  /** A user of the first step, whose session goes on through all of them. */
  let ann: Browser;
  let annId: number;

  beforeAll(async () => {
    for (const commit of new Set(commits)) sources.set(commit, await sourcesOf(commit));
    databases = { identity: await serverDatabase(), social: await serverDatabase() };
    ports = await freePorts(documentNames.length);
    url = urlOf('gateway');
    ann = openBrowser(url);
  }, 300_000);
  afterAll(() => Promise.all(Object.values(databases).map((database) => database.remove())));

  const urlOf = (service: Service): string =>
    `http://127.0.0.1:${ports[documentNames.indexOf(service)]}`;

  let services: ServiceProcess[] = [];
  afterEach(() => services.forEach(({ child }) => child.kill()));

  async function startAll(today: Today): Promise<void> {
    services = [];
    for (const service of ['identity', 'social', 'gateway'] as const) {
      const folder = today.includes(service) ? root : sources.get(deployed[service]!.commit)!;
      const started = await startService(join(folder, WORKSPACES[service], 'src/main.ts'), {
        DEMO_DATA: 'false',
        LOG_LEVEL: 'info',
        ...HIGH_LIMITS,
        ...(service !== 'gateway' && databases[service].settings),
        IDENTITY_URL: urlOf('identity'),
        SOCIAL_URL: urlOf('social'),
        PORT: new URL(urlOf(service)).port,
      });
      services.push(started);
    }
    for (const service of services)
      await untilSuccess('all are ready', () => expectReady(service), READY_MS);
  }

  test.each(steps)(
    'a user of the first day goes on, and a new one comes: $step. $name',
    async ({ today, step }) => {
      await startAll(today);
      if (step === 0) annId = await registered(ann, 'ann_of_the_first_day');
      await story(step);
      for (const { child } of services)
        expect(await child.stop('SIGTERM')).toEqual({ code: 0, stderr: '' });
    },
  );

  /** Every kind of request that changes something, and what others see of it. */
  async function story(step: number): Promise<void> {
    const bob = openBrowser(url);
    const bobId = await registered(bob, `bob_of_step_${step}`);
    await ok(ann.request('PUT', `/api/friends/${bobId}`));
    await ok(bob.request('PUT', `/api/friends/${annId}`));
    const post = await ok(ann.request('POST', '/api/posts', { content: `Day ${step}` }));
    const path = post.headers.get('location')!;
    await ok(ann.request('PATCH', path, { content: `Evening ${step}` }));
    await ok(bob.request('POST', '/api/posts', { content: 'Hello.' }));
    const username = `ann_${step}`;
    await ok(ann.request('PATCH', '/api/me', { username }));

    const feed = await ok(bob.request('GET', '/api/feed'));
    expect(feed.body).toMatchObject({
      items: [
        { content: 'Hello.', author: { id: bobId, username: `bob_of_step_${step}` } },
        ...Array.from({ length: step + 1 }, (_, ago) => ({
          content: `Evening ${step - ago}`,
          author: { id: annId, username },
        })),
      ],
    });
    const profile = await ok(bob.request('GET', `/api/users/${annId}/profile`));
    expect(profile.body).toMatchObject({
      user: { id: annId, username },
      postCount: step + 1,
      friendCount: 1,
    });
    for (const { body } of [post, feed, profile]) expect(body).not.toHaveProperty('degraded');

    // Social's replica has consumed the changes of both versions of Identity.
    const replica = () => usernamesAt(`${urlOf('social')}/api/authors`, [annId, bobId]);
    await until('Social knows the new name', async () => (await replica()).get(annId) === username);
    await ok(bob.request('DELETE', '/api/me', { currentPassword: PASSWORD }));
    await until('Social knows who has left', async () => !(await replica()).has(bobId));
    expect((await ok(ann.request('GET', '/api/friends'))).body).toMatchObject({ items: [] });
  }
});

const PASSWORD = 'a password of many days';

async function registered(browser: Browser, username: string): Promise<number> {
  const person = { username, email: `${username}@skew.example`, password: PASSWORD };
  const { body } = await ok(browser.request('POST', '/api/auth/register', person));
  return (body as { user: { id: number } }).user.id;
}

async function expectReady({ adminUrl, child }: ServiceProcess): Promise<boolean> {
  const { status, text } = await request(`${adminUrl}/readyz`);
  if (status !== 200) throw new Error(`${adminUrl}: ${text}\n${child.output()}`);
  return true;
}

async function ok(answer: Promise<BrowserResponse>): Promise<BrowserResponse> {
  const response = await answer;
  if (response.status >= 300) throw new Error(`${response.status} ${response.text}`);
  return response;
}
