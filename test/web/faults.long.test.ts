// The web app while things fail: Identity killed, the network gone, an answer lost, a session over.
import { describe, expect } from '@jest/globals';
import { ready, run, start, type System } from '../support/system.ts';
import { inBrowser, skipNote } from 'chassis/testing/chromium';
import { enterDemo, findingsOf, go, openPerson, openTab, postsWith, write } from './pages.ts';
import type { BrowserContext } from 'playwright-core';
import { until } from 'chassis/testing/until';

/** Starts a killed service with the command that the launcher prints. */
async function restart(system: System): Promise<void> {
  const command = await until(
    'the launcher says how',
    () => /To start it again.*\n +(.*)\n/.exec(system.text())?.[1],
  );
  run('sh', ['-c', command]);
}

/** Resolves when the browser's access cookie has expired. */
const expiry = (context: BrowserContext): Promise<boolean> =>
  until('the access cookie has expired', async () =>
    (await context.cookies()).every(({ name }) => name !== 'access'),
  );

describe(`the web app${skipNote}`, () => {
  inBrowser(
    'lives while Identity is away: names are marked, and come back by themselves',
    async () => {
      const system = await start();
      await ready(system);
      const cat = await openPerson(system.url);
      await enterDemo(cat, 'cat_sun_dog');
      await postsWith(cat, 'Sun report').waitFor();
      process.kill(system.pidOf('identity'), 'SIGKILL');

      // A profile that nobody looked at yet: its name is not in the gateway's cache.
      await cat.page.goto('/users/4');
      const name = cat.page.locator('.profile-name');
      await name.getByText('tea_and_rain').waitFor();
      await name.locator('.name-mark').waitFor();
      expect(await findingsOf(cat.page)).toEqual([]);
      await cat.page.getByRole('button', { name: 'How was this answered?' }).click();
      await cat.page.locator('.upstream-bad', { hasText: 'identity' }).waitFor();
      await cat.page.getByText('author: replica in Social').first().waitFor();

      await restart(system);
      await name.locator('.name-mark').waitFor({ state: 'detached' });
      await name.getByText('tea_and_rain').waitFor();
      expect(cat.complaints).toEqual([]);
    },
  );

  inBrowser(
    'loses no writing: offline, after a lost answer, and while Social is away',
    async () => {
      const system = await start();
      await ready(system);
      const cat = await openPerson(system.url, 'phone');
      await enterDemo(cat, 'cat_sun_dog');
      await postsWith(cat, 'Sun report').waitFor();

      await cat.context.setOffline(true);
      await cat.page.getByText('You are offline').waitFor();
      await write(cat, 'From the tunnel.');
      await cat.page.getByText('waiting for the network').waitFor();
      await cat.context.setOffline(false);
      await postsWith(cat, 'From the tunnel.').waitFor();

      // The server does it, and the answer is lost.
      const keys: (string | undefined)[] = [];
      await cat.page.route('**/api/posts', async (route) => {
        keys.push(route.request().headers()['idempotency-key']);
        if (keys.length > 1) return route.continue();
        await route.fetch();
        return route.abort('connectionreset');
      });
      await write(cat, 'Only once.');
      await postsWith(cat, 'Only once.').waitFor();
      await cat.page.reload();
      await postsWith(cat, 'Only once.').first().waitFor();
      expect(await postsWith(cat, 'Only once.').count()).toBe(1);
      expect(keys).toEqual([keys[0], keys[0]]);

      // Without Social, what is on the screen stays.
      process.kill(system.pidOf('social'), 'SIGKILL');
      await write(cat, 'After the storm.');
      await cat.page.getByLabel('Your new post').getByText('sending').waitFor();
      expect(await postsWith(cat, 'Only once.').count()).toBe(1);
      await restart(system);
      await postsWith(cat, 'After the storm.').waitFor();
      expect(cat.complaints).toEqual([]);
    },
  );

  inBrowser('two tabs share a session, its refresh and its end', async () => {
    const system = await start({ ACCESS_TOKEN_S: '5' });
    await ready(system);
    const cat = await openPerson(system.url);
    await enterDemo(cat, 'cat_sun_dog');
    const second = await openTab(cat.context, cat.complaints);
    await second.goto('/people');
    await second.getByText('early_bird').waitFor();

    // The access cookie expires: both tabs go on, each with its next request.
    await expiry(cat.context);
    await Promise.all([cat.page.reload(), second.reload()]);
    await cat.page.getByLabel('What do you want to say?').waitFor();
    await second.getByText('early_bird').waitFor();

    // Another browser ends all other sessions.
    const elsewhere = await openPerson(system.url, 'phone');
    await enterDemo(elsewhere, 'cat_sun_dog');
    await go(elsewhere, 'Settings');
    await elsewhere.page.getByRole('button', { name: 'Log out everywhere else' }).click();
    await elsewhere.page
      .getByRole('button', { name: 'Log out everywhere else' })
      .waitFor({ state: 'detached' });
    await expiry(cat.context);
    await second.reload();
    await second.getByRole('heading', { name: 'Log in' }).waitFor();
    // The first tab hears of it without a request.
    await cat.page.getByRole('link', { name: 'Register' }).first().waitFor();

    await elsewhere.page.getByRole('button', { name: 'Log out', exact: true }).click();
    await elsewhere.page.getByRole('heading', { name: 'Log in' }).waitFor();
    // What stays says that this device was here before: it is no session.
    const cookies = await elsewhere.context.cookies();
    expect(cookies.map(({ name }) => name)).toEqual(['device']);
    expect([...cat.complaints, ...elsewhere.complaints]).toEqual([]);
  });
});
