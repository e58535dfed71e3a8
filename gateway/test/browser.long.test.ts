// The API documentation and the admin page in a real browser: they work, and send no requests to other hosts.
import { describe, expect } from '@jest/globals';
import { inBrowser, skipNote, useChromium } from 'chassis/testing/chromium';
import type { Locator, Page } from 'playwright-core';
import { until } from 'chassis/testing/until';
import { startTestbed } from './support/testbed.ts';

const browser = useChromium();

/** Opens a page. Records its complaints (console messages, errors, policy violations) and its requests to other hosts. */
async function openPage(url: string) {
  const complaints: string[] = [];
  const foreignRequests: string[] = [];
  const page = await browser().newPage();
  // Shorter than the test's timeout, so that an error names what the page waited for.
  page.setDefaultTimeout(10_000);
  page.on('console', (message) => {
    if (message.type() !== 'log' && message.type() !== 'info') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => {
    const target = new URL(request.url());
    if (target.protocol !== 'data:' && target.host !== new URL(url).host)
      foreignRequests.push(request.url());
  });
  // Records violations of the security policy, also those that the console does not show.
  await page.exposeFunction('violated', (violation: string) => complaints.push(violation));
  await page.addInitScript(
    `addEventListener('securitypolicyviolation', (event) => violated(event.violatedDirective + ' ' + event.blockedURI))`,
  );
  await page.goto(url);
  return { page, complaints, foreignRequests };
}

const METHODS = new Set(['get', 'post', 'put', 'patch', 'delete']);

describe(`in a browser${skipNote}`, () => {
  inBrowser(
    '/api/docs shows every operation, without complaints or requests to other hosts',
    async () => {
      const { gateway, request } = await startTestbed();
      const { page, complaints, foreignRequests } = await openPage(`${gateway.url}/api/docs`);
      const shownPaths = page.locator('.opblock-summary-path');
      await shownPaths.first().waitFor();
      const paths = (await shownPaths.allTextContents()).map((path) =>
        path.replaceAll('\u200b', ''),
      );
      const { body } = await request('/api/openapi.json');
      const operations = Object.entries((body as { paths: Record<string, object> }).paths).flatMap(
        ([path, item]) =>
          Object.keys(item)
            .filter((key) => METHODS.has(key))
            .map(() => path),
      );
      expect(paths.toSorted()).toEqual(operations.toSorted());
      expect([...complaints, ...foreignRequests]).toEqual([]);
    },
  );

  inBrowser('/api/docs can try out an operation at this gateway', async () => {
    const { gateway } = await startTestbed();
    const { page, complaints, foreignRequests } = await openPage(`${gateway.url}/api/docs`);
    const operation = page.locator('.opblock-get', {
      has: page.locator('[data-path="/api/posts/{id}"]'),
    });
    await operation.locator('.opblock-summary-control').click();
    await operation.getByRole('button', { name: 'Try it out' }).click();
    await operation.getByPlaceholder('id', { exact: true }).fill('5');
    const sent = page.waitForRequest('**/api/posts/5');
    await operation.getByRole('button', { name: 'Execute' }).click();
    await operation.getByText('This is post 5.').first().waitFor();
    // The examples of optional headers are not sent.
    const headers = await (await sent).allHeaders();
    for (const name of ['prefer', 'if-none-match', 'x-request-id', 'traceparent'])
      expect(headers).not.toHaveProperty(name);
    expect([...complaints, ...foreignRequests]).toEqual([]);
  });

  inBrowser(
    'the web app shows a post by its link, without complaints or requests to other hosts',
    async () => {
      const { gateway } = await startTestbed({ env: { WEB: 'on' } });
      const { page, complaints, foreignRequests } = await openPage(`${gateway.url}/posts/5`);
      await page.getByText('This is post 5.').waitFor();
      await page.getByRole('link', { name: 'user_6' }).waitFor();
      // The app goes to other pages without loading them anew.
      await page.evaluate('globalThis.loadedOnce = true');
      await page.getByRole('link', { name: 'Log in' }).click();
      await page.getByRole('heading', { name: 'Log in' }).waitFor();
      expect(await page.evaluate('globalThis.loadedOnce')).toBe(true);
      expect([...complaints, ...foreignRequests]).toEqual([]);
    },
  );

  inBrowser('the admin page shows a breaker’s transition at once, without a reload', async () => {
    const { gateway, admin } = await startTestbed();
    const { page, complaints, foreignRequests } = await openPage(`${gateway.adminUrl}/`);
    await page.evaluate('globalThis.loadedOnce = true');
    const identity = cardOf(page, 'identity');
    await untilShown(identity, 'closed');

    await identity.getByRole('button', { name: 'open' }).click();
    await giveReason(page, 'it is being moved');
    await untilShown(identity, 'forced open');
    await page.getByText('identity forced open (it is being moved)').waitFor();
    await untilShown(cardOf(page, 'social'), 'closed');
    expect((await admin('/breakers')).text).toContain('"state":"forced_open"');

    await identity.getByRole('button', { name: 'auto' }).click();
    await giveReason(page, 'done');
    await untilShown(identity, 'closed');

    await admin('/breakers/social/close', { method: 'POST' });
    await untilShown(cardOf(page, 'social'), 'forced closed');
    await until('the charts are drawn', async () => (await page.locator('canvas').count()) === 10);
    expect(await page.evaluate('globalThis.loadedOnce')).toBe(true);
    expect([...complaints, ...foreignRequests]).toEqual([]);
  });

  inBrowser('a button of the admin page keeps the focus while the state changes', async () => {
    const { gateway, identity: upstream, request } = await startTestbed();
    const { page } = await openPage(`${gateway.adminUrl}/`);
    const identity = cardOf(page, 'identity');
    const button = identity.getByRole('button', { name: 'open' });
    await button.focus();
    await upstream.refuse();
    for (let id = 1; id <= 8; id += 1) await request(`/api/posts/${id}`);
    await untilShown(identity, 'open');
    expect(await button.evaluate((element) => element.matches(':focus'))).toBe(true);
    await identity.getByText(/^next probe in \d+ s$/).waitFor();
    await identity.getByText(/^last failure: refused/).waitFor();
    await page.keyboard.press('Enter');
    await giveReason(page, 'it is down');
    await untilShown(identity, 'forced open');
  });

  inBrowser('the admin page switches nothing without a reason, and fits a phone', async () => {
    const { gateway, admin } = await startTestbed();
    const { page } = await openPage(`${gateway.adminUrl}/`);
    await page.setViewportSize({ width: 360, height: 740 });
    const identity = cardOf(page, 'identity');
    await untilShown(identity, 'closed');
    await identity.getByRole('button', { name: 'open' }).click();
    expect(await page.getByRole('button', { name: 'Switch' }).isDisabled()).toBe(true);
    await page.getByRole('button', { name: 'Cancel' }).click();
    expect((await admin('/breakers')).text).not.toContain('forced_open');
    const width = await page.evaluate('document.documentElement.scrollWidth');
    expect(width).toBeLessThanOrEqual(360);
  });

  inBrowser(
    'the admin page says that the gateway does not answer when it has stopped',
    async () => {
      const { gateway } = await startTestbed();
      const { page } = await openPage(`${gateway.adminUrl}/`);
      await until(
        'the page is live',
        async () => (await page.getByRole('status').textContent()) === 'live',
      );
      await gateway.stop();
      await page.getByText('does not answer').waitFor();
    },
  );

  inBrowser.each(['adminUrl', 'url'] as const)(
    'another page cannot show the page at the %s in a frame',
    async (where) => {
      const { gateway } = await startTestbed();
      const page = await browser().newPage();
      const path = where === 'url' ? '/api/docs' : '/';
      await page.setContent(`<iframe src="${gateway[where]}${path}"></iframe>`);
      expect(page.frames()[1]?.url()).toMatch(/^chrome-error:/);
    },
  );
});

/** Answers the question of the admin page before a switch. */
async function giveReason(page: Page, reason: string): Promise<void> {
  await page.getByRole('textbox').fill(reason);
  await page.getByRole('button', { name: 'Switch' }).click();
}

const cardOf = (page: Page, name: string): Locator =>
  page.locator('section', { has: page.getByRole('heading', { name }) });

/** Waits until a breaker's card shows a state. */
const untilShown = (card: Locator, state: string): Promise<string> =>
  until(
    `the page shows ${state}`,
    async () => (await card.locator('.state').textContent()) === state && state,
  );
