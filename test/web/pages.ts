// The web app in a real Chromium: pages of a size, what they complain about, and what axe finds.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { useChromium } from 'chassis/testing/chromium';
import type { BrowserContext, Page } from 'playwright-core';

export const SIZES = {
  desktop: { width: 1280, height: 800 },
  phone: { width: 390, height: 844 },
} as const;

/** Longer than any answer on a busy machine, shorter than a test. */
const WAIT_MS = 30_000;

const browser = useChromium();

export interface Person {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Messages of the console, errors and violations of the policy. */
  readonly complaints: string[];
}

/** What a browser says about answers that are not 200 and about lost connections; tests of faults cause these. */
const ABOUT_ANSWERS = /^Failed to load resource/;

/** Opens a browser of one person, with no cookies. */
export async function openPerson(
  baseURL: string,
  size: keyof typeof SIZES = 'desktop',
  colorScheme: 'light' | 'dark' = 'light',
): Promise<Person> {
  const context = await browser().newContext({ baseURL, viewport: SIZES[size], colorScheme });
  const complaints: string[] = [];
  const page = await openTab(context, complaints);
  return { page, context, complaints };
}

/** Opens another tab of a person. */
export async function openTab(context: BrowserContext, complaints: string[]): Promise<Page> {
  const page = await context.newPage();
  page.setDefaultTimeout(WAIT_MS);
  page.on('console', (message) => {
    const isComplaint = message.type() === 'error' || message.type() === 'warning';
    if (isComplaint && !ABOUT_ANSWERS.test(message.text())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  return page;
}

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface Finding {
  readonly id: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
}

/** What axe finds on the page as it is, one line for each. */
export async function findingsOf(page: Page): Promise<string[]> {
  // An animation that is on its way has colours in between.
  await page.evaluate(
    'Promise.all(document.getAnimations().map((one) => one.playState === "running" && one.effect.getTiming().iterations !== Infinity && one.finished))',
  );
  await page.evaluate(axe);
  const findings = (await page.evaluate(
    'axe.run().then((result) => result.violations)',
  )) as Finding[];
  return findings.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${page.url()} ${id}: ${html}\n${failureSummary}`),
  );
}

/** Registers somebody, and waits for the home screen. */
export async function register({ page }: Person, username: string): Promise<void> {
  await page.goto('/register');
  await page.getByLabel('Name').fill(username);
  await page.getByLabel('E-mail').fill(`${username}@story.example`);
  await page.getByLabel('Password').fill('a long walk 🐕');
  await page.getByRole('button', { name: 'Register' }).click();
  await page.getByLabel('What do you want to say?').waitFor();
}

/** Opens the home screen as a user of the demo data. */
export async function enterDemo({ page }: Person, username: string): Promise<void> {
  await page.goto('/');
  await page.getByRole('button', { name: username }).click();
  await page.getByLabel('What do you want to say?').waitFor();
}

export async function write({ page }: Person, content: string): Promise<void> {
  await page.getByLabel('What do you want to say?').fill(content);
  await page.getByRole('button', { name: 'Post', exact: true }).click();
}

/** The posts with this text that are on the server. */
export const postsWith = ({ page }: Person, content: string) =>
  page.locator('.posts article', { hasText: content });

/** Goes to a page by the navigation. */
export const go = ({ page }: Person, name: string): Promise<void> =>
  page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name }).click();
