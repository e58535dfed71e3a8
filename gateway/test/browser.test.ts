// The two pages for people, in a real browser: they work, and they ask nobody else.
import { existsSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { chromium, type Browser, type Locator, type Page } from 'playwright-core';
import { until } from 'chassis/testing/until';
import { startTestbed } from './support/testbed.ts';

const executablePath = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';
const hasBrowser = existsSync(executablePath);
const inBrowser = hasBrowser ? test : test.skip;
const unless = hasBrowser ? '' : ` (skipped: no browser at ${executablePath})`;

const ARGS = [
  '--headless',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
  // Chromium refuses its sandbox to root, as in a container.
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
];

let browser: Browser | undefined;
beforeAll(async () => {
  if (hasBrowser) browser = await chromium.launch({ executablePath, args: ARGS });
});
afterEach(async () => {
  for (const context of browser?.contexts() ?? []) await context.close();
});
afterAll(() => browser?.close());

/** A new page, and what it did that a quiet page does not: complaints in its console, and requests to other hosts. */
async function openPage(url: string) {
  const complaints: string[] = [];
  const elsewhere: string[] = [];
  const page = await browser!.newPage();
  // Below the test's own, so that what was waited for is named.
  page.setDefaultTimeout(10_000);
  page.on('console', (message) => {
    if (message.type() !== 'log' && message.type() !== 'info') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => {
    const target = new URL(request.url());
    if (target.protocol !== 'data:' && target.host !== new URL(url).host)
      elsewhere.push(request.url());
  });
  // A breach of the policy is told here too, whether or not the console has a word for it.
  await page.exposeFunction('breach', (what: string) => complaints.push(what));
  await page.addInitScript(
    `addEventListener('securitypolicyviolation', (event) => breach(event.violatedDirective + ' ' + event.blockedURI))`,
  );
  await page.goto(url);
  return { page, complaints, elsewhere };
}

const METHODS = new Set(['get', 'post', 'put', 'patch', 'delete']);

describe(`in a browser${unless}`, () => {
  inBrowser(
    '/api/docs shows every operation, complains of nothing and asks nobody else',
    async () => {
      const { gateway, request } = await startTestbed();
      const { page, complaints, elsewhere } = await openPage(`${gateway.url}/api/docs`);
      const shown = page.locator('.opblock-summary-path');
      await shown.first().waitFor();
      const paths = (await shown.allTextContents()).map((path) => path.replaceAll('\u200b', ''));
      const { body } = await request('/api/openapi.json');
      const operations = Object.entries((body as { paths: Record<string, object> }).paths).flatMap(
        ([path, item]) =>
          Object.keys(item)
            .filter((key) => METHODS.has(key))
            .map(() => path),
      );
      expect(paths.toSorted()).toEqual(operations.toSorted());
      expect([...complaints, ...elsewhere]).toEqual([]);
    },
  );

  inBrowser('an operation of /api/docs can be tried out, against this gateway', async () => {
    const { gateway } = await startTestbed();
    const { page, complaints, elsewhere } = await openPage(`${gateway.url}/api/docs`);
    const operation = page.locator('.opblock-get', {
      has: page.locator('[data-path="/api/posts/{id}"]'),
    });
    await operation.locator('.opblock-summary-control').click();
    await operation.getByRole('button', { name: 'Try it out' }).click();
    await operation.getByPlaceholder('id', { exact: true }).fill('5');
    await operation.getByRole('button', { name: 'Execute' }).click();
    await operation.getByText('This is post 5.').first().waitFor();
    expect([...complaints, ...elsewhere]).toEqual([]);
  });

  inBrowser(
    'the admin page shows a breaker’s change as it happens, without being loaded again',
    async () => {
      const { gateway, admin } = await startTestbed();
      const { page, complaints, elsewhere } = await openPage(`${gateway.adminUrl}/`);
      await page.evaluate('globalThis.loadedOnce = true');
      const identity = cardOf(page, 'identity');
      await shows(identity, 'closed');

      await identity.getByRole('button', { name: 'open' }).click();
      await shows(identity, 'forced open');
      await shows(cardOf(page, 'social'), 'closed');
      expect((await admin('/breakers')).text).toContain('"state":"forced_open"');

      await identity.getByRole('button', { name: 'auto' }).click();
      await shows(identity, 'closed');

      await admin('/breakers/social/close', { method: 'POST' });
      await shows(cardOf(page, 'social'), 'forced closed');
      expect(await page.evaluate('globalThis.loadedOnce')).toBe(true);
      expect([...complaints, ...elsewhere]).toEqual([]);
    },
  );

  inBrowser('a switch of the admin page keeps the focus while the state changes', async () => {
    const { gateway, identity: upstream, request } = await startTestbed();
    const { page } = await openPage(`${gateway.adminUrl}/`);
    const identity = cardOf(page, 'identity');
    const button = identity.getByRole('button', { name: 'open' });
    await button.focus();
    await upstream.refuse();
    for (let id = 1; id <= 8; id += 1) await request(`/api/posts/${id}`);
    await shows(identity, 'open');
    expect(await button.evaluate((element) => element.matches(':focus'))).toBe(true);
    await page.keyboard.press('Enter');
    await shows(identity, 'forced open');
  });

  inBrowser('the admin page says so when the gateway is gone', async () => {
    const { gateway } = await startTestbed();
    const { page } = await openPage(`${gateway.adminUrl}/`);
    await until(
      'it is live',
      async () => (await page.getByRole('status').textContent()) === 'live',
    );
    await gateway.stop();
    await page.getByText('does not answer').waitFor();
  });

  inBrowser.each(['adminUrl', 'url'] as const)(
    'no other page may show what is at the %s in a frame',
    async (where) => {
      const { gateway } = await startTestbed();
      const page = await browser!.newPage();
      const path = where === 'url' ? '/api/docs' : '/';
      await page.setContent(`<iframe src="${gateway[where]}${path}"></iframe>`);
      expect(page.frames()[1]?.url()).toMatch(/^chrome-error:/);
    },
  );
});

const cardOf = (page: Page, name: string): Locator =>
  page.locator('section', { has: page.getByRole('heading', { name }) });

/** Waits until a breaker's card tells of a state. */
const shows = (card: Locator, state: string): Promise<string> =>
  until(
    `the page shows ${state}`,
    async () => (await card.locator('.state').textContent()) === state && state,
  );
