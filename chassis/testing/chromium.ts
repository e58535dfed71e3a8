// A real Chromium for the tests of a file: started before them, its windows closed after each, skipped where there is none.
import { existsSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, test } from '@jest/globals';
import { chromium, type Browser } from 'playwright-core';

const executablePath = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';
const hasBrowser = existsSync(executablePath);

/** Skipped where there is no browser. */
export const inBrowser = hasBrowser ? test : test.skip;
export const skipNote = hasBrowser ? '' : ` (skipped: no browser at ${executablePath})`;

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

/** Starts the browser for the tests of this file. @returns a function that tests get it from */
export function useChromium(): () => Browser {
  let browser: Browser | undefined;
  beforeAll(async () => {
    if (hasBrowser) browser = await chromium.launch({ executablePath, args: ARGS });
  });
  afterEach(async () => {
    for (const context of browser?.contexts() ?? []) await context.close();
  });
  afterAll(() => browser?.close());
  return () => browser!;
}
