// A readable name of a device, such as `Firefox on Windows`, from a User-Agent.
// A list of our own: browsers have frozen all but these names in their User-Agents, and the packages for the rest are large
// sets of regular expressions over a text that clients choose, which also name models and versions that nobody needs here.

/** The first that matches; browsers name the ones that they descend from, too. */
const BROWSERS: readonly (readonly [pattern: RegExp, name: string])[] = [
  [/\bEdg(?:e|A|iOS)?\//, 'Edge'],
  [/\b(?:OPR|OPT|OPiOS)\//, 'Opera'],
  [/\bSamsungBrowser\//, 'Samsung Internet'],
  [/\b(?:Firefox|FxiOS)\//, 'Firefox'],
  [/\b(?:Chrome|Chromium|CriOS|HeadlessChrome)\//, 'Chrome'],
  [/\bVersion\/.*\bSafari\//, 'Safari'],
];
const SYSTEMS: readonly (readonly [pattern: RegExp, name: string])[] = [
  [/\biPhone\b/, 'iPhone'],
  [/\biPad\b/, 'iPad'],
  [/\bAndroid\b/, 'Android'],
  [/\bWindows\b/, 'Windows'],
  [/\bMac OS X\b/, 'macOS'],
  [/\bCrOS\b/, 'ChromeOS'],
  [/\bLinux\b/, 'Linux'],
];
/** No browser: the name of the program, such as `curl`. */
const PROGRAM = /^([A-Za-z][A-Za-z0-9._-]{0,29})(?:\/|$)/;
/** Longer ones are cut: what we look for comes earlier. */
const MAX_LENGTH = 500;

const nameIn = (list: typeof BROWSERS, text: string): string | undefined =>
  list.find(([pattern]) => pattern.test(text))?.[1];

/** @returns at most 50 characters; null when the User-Agent says nothing */
export function deviceNameOf(userAgent: string | undefined): string | null {
  const text = userAgent?.slice(0, MAX_LENGTH) ?? '';
  const browser = nameIn(BROWSERS, text);
  const system = nameIn(SYSTEMS, text);
  if (browser !== undefined && system !== undefined) return `${browser} on ${system}`;
  const [, program] = PROGRAM.exec(text) ?? [];
  return browser ?? system ?? (program === 'Mozilla' ? null : (program ?? null));
}
