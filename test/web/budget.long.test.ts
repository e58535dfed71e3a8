// How the web app loads in Chromium from the processes of `npm start`: script, first paint, and nothing that moves.
import { describe, expect } from '@jest/globals';
import { ready, start } from '../support/system.ts';
import { inBrowser, skipNote } from 'chassis/testing/chromium';
import { enterDemo, openPerson } from './pages.ts';

const MAX_SCRIPT_BYTES = 60 * 1024;
const MAX_PAINT_MS = 1000;
/** "Good" is at most 0.1 (https://web.dev/articles/cls). */
const MAX_SHIFT = 0.01;

/** Runs before the page's own scripts. */
const OBSERVE = `
  globalThis.shift = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) globalThis.shift += entry.value;
  }).observe({ type: 'layout-shift', buffered: true });`;
const READ = `({
  shift: globalThis.shift,
  paint: performance.getEntriesByName('first-contentful-paint')[0].startTime,
  script: performance.getEntriesByType('resource')
    .filter(({ name }) => name.endsWith('.js'))
    .reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0),
})`;

describe(`the web app${skipNote}`, () => {
  inBrowser.each(['desktop', 'phone'] as const)(
    'loads in its budget, at the width of a %s',
    async (size) => {
      const system = await start();
      await ready(system);
      const cat = await openPerson(system.url, size);
      await cat.page.addInitScript(OBSERVE);
      await enterDemo(cat, 'cat_sun_dog');
      const measured: Record<string, { shift: number; paint: number; script: number }> = {};
      for (const path of ['/', '/people', '/users/2', '/posts/5', '/settings']) {
        // A new context would have no session; a forced reload loads everything anew.
        await cat.page.goto(path);
        await cat.page.waitForLoadState('networkidle');
        measured[path] = await cat.page.evaluate(READ);
      }
      process.stdout.write(`${size}: ${JSON.stringify(measured)}\n`);
      for (const { shift, paint, script } of Object.values(measured)) {
        expect(script).toBeGreaterThan(0);
        expect(script).toBeLessThanOrEqual(MAX_SCRIPT_BYTES);
        expect(paint).toBeLessThanOrEqual(MAX_PAINT_MS);
        expect(shift).toBeLessThanOrEqual(MAX_SHIFT);
      }
    },
  );
});
