// Stories of two people in the web app, at the width of a desktop and of a phone, through the processes of `npm start`.
import { describe, expect } from '@jest/globals';
import { ready, start } from '../support/system.ts';
import { inBrowser, skipNote } from 'chassis/testing/chromium';
import { enterDemo, findingsOf, go, openPerson, postsWith, register, write } from './pages.ts';

describe(`the web app${skipNote}`, () => {
  inBrowser.each(['desktop', 'phone'] as const)(
    'two people find each other, become friends, write and rename, at the width of a %s',
    async (size) => {
      const system = await start();
      await ready(system);
      const [ann, bob] = [
        await openPerson(system.url, size),
        await openPerson(system.url, size, 'dark'),
      ];
      // The tests of a file share their databases.
      const [annName, newName, bobName] = [`ann_${size}`, `anna_${size}`, `bob_${size}`];
      await register(ann, annName);
      await register(bob, bobName);

      // Ann finds Bob by the beginning of his name, whatever its case.
      await go(ann, 'People');
      await ann.page.getByLabel('Find people').fill(bobName.toUpperCase().slice(0, 6));
      await ann.page.getByRole('button', { name: `Add friend: ${bobName}` }).click();
      await ann.page
        .getByRole('button', { name: `Withdraw request: ${bobName}` })
        .first()
        .waitFor();
      await go(bob, 'People');
      await bob.page.reload();
      await bob.page.getByRole('button', { name: `Accept: ${annName}` }).click();
      await bob.page.getByRole('button', { name: `Unfriend: ${annName}` }).waitFor();

      // Both write; a reload shows the other's post, with the name.
      await go(ann, 'Home');
      await write(ann, 'Out for a walk. 🐕');
      await postsWith(ann, 'Out for a walk.').waitFor();
      await go(bob, 'Home');
      await bob.page.reload();
      await postsWith(bob, 'Out for a walk.').getByText(annName).waitFor();

      // A post is changed and deleted in place.
      const own = postsWith(ann, 'Out for a walk.');
      await own.getByRole('button', { name: 'Edit' }).click();
      await ann.page.getByLabel('Change the post').fill('Home again.');
      await ann.page.getByRole('button', { name: 'Save' }).click();
      await postsWith(ann, 'Home again.').getByText('edited').waitFor();
      await postsWith(ann, 'Home again.').getByRole('button', { name: 'Delete' }).click();
      await ann.page.getByRole('group').getByRole('button', { name: 'Delete' }).click();
      await postsWith(ann, 'Home again.').waitFor({ state: 'detached' });

      // A new name is seen by friends.
      await write(ann, 'Who am I?');
      await postsWith(ann, 'Who am I?').waitFor();
      await go(ann, 'Settings');
      await ann.page.getByLabel('Name').fill(newName);
      await ann.page.getByRole('button', { name: 'Change name' }).click();
      await ann.page.getByText('Saved').waitFor();
      await bob.page.reload();
      await postsWith(bob, 'Who am I?').getByText(newName).waitFor();

      // Deep links, back and forward.
      await postsWith(bob, 'Who am I?').getByRole('link', { name: newName }).click();
      await bob.page.getByRole('heading', { name: newName }).waitFor({ state: 'attached' });
      await bob.page.goBack();
      await bob.page.getByLabel('What do you want to say?').waitFor();
      await bob.page.goForward();
      await bob.page.reload();
      await bob.page.getByRole('heading', { name: newName }).waitFor({ state: 'attached' });
      expect([...ann.complaints, ...bob.complaints]).toEqual([]);
    },
  );

  inBrowser('axe finds nothing on any page, light or dark', async () => {
    const system = await start();
    await ready(system);
    const findings: string[] = [];
    for (const scheme of ['light', 'dark'] as const) {
      const visitor = await openPerson(
        system.url,
        scheme === 'light' ? 'desktop' : 'phone',
        scheme,
      );
      const { page } = visitor;
      for (const path of ['/', '/log-in', '/register', '/posts/5', '/users/1', '/no/such/page']) {
        await page.goto(path);
        await page.waitForLoadState('networkidle');
        findings.push(...(await findingsOf(page)));
      }
      await enterDemo(visitor, 'cat_sun_dog');
      for (const path of ['/', '/people', '/users/1', '/users/2', '/settings']) {
        await page.goto(path);
        await page.waitForLoadState('networkidle');
        findings.push(...(await findingsOf(page)));
      }
      await page.getByRole('button', { name: 'How was this answered?' }).click();
      await page.getByRole('complementary', { name: 'How was this answered?' }).waitFor();
      findings.push(...(await findingsOf(page)));
      expect(visitor.complaints).toEqual([]);
    }
    expect(findings).toEqual([]);
  });
});
