// The app's words for problems, missing names and times.
import type { Degraded } from 'client';
import { ApiError } from './api.ts';

/** What to say about an error, in one or two short sentences. */
export function wordsFor(error: unknown): string {
  if (!(error instanceof ApiError)) return 'Something went wrong in this page.';
  const { problem } = error;
  if (!navigator.onLine) return 'You are offline.';
  if (problem.status === 0) return 'The server does not answer.';
  const [, slug = ''] = /:problem:([a-z-]+)$/.exec(problem.type) ?? [];
  return WORDS[slug] ?? problem.detail;
}

const AWAY = 'A part of the system is not available right now.';
const WORDS: Readonly<Record<string, string>> = {
  overloaded: 'There is a lot going on right now.',
  'too-many-requests': 'That was too often. Please wait a little.',
  'upstream-unavailable': AWAY,
  'upstream-timeout': AWAY,
  'upstream-invalid': AWAY,
  'keys-missing': AWAY,
  gone: 'This post was written, and deleted since.',
  'outcome-unknown': 'We do not know whether that was done. Look, and try again.',
  internal: 'Something went wrong at our side.',
};

/** What is known about the author of a post: `fresh`, or why not. */
export type NameState = 'fresh' | Degraded['reason'];

/** @param id of a post or a user, as `kind` says */
export function nameState(
  degraded: readonly Degraded[],
  kind: 'posts' | 'ids',
  id: number,
): NameState {
  const part = degraded.find((one) => one.part === 'author' && one[kind]?.includes(id));
  return part?.reason ?? 'fresh';
}

const MINUTE_S = 60;
const HOUR_S = 3600;
const DAY_S = 86_400;
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
const day = new Intl.DateTimeFormat('en', { day: 'numeric', month: 'short', year: 'numeric' });
const exact = new Intl.DateTimeFormat('en', { dateStyle: 'full', timeStyle: 'short' });

/** "3 minutes ago", within a week; else the day. */
export function ago(timestamp: string, now = Date.now()): string {
  const seconds = Math.max(0, (now - Date.parse(timestamp)) / 1000);
  if (seconds < MINUTE_S) return 'just now';
  if (seconds < HOUR_S) return relative.format(-Math.floor(seconds / MINUTE_S), 'minute');
  if (seconds < DAY_S) return relative.format(-Math.floor(seconds / HOUR_S), 'hour');
  if (seconds < 7 * DAY_S) return relative.format(-Math.floor(seconds / DAY_S), 'day');
  return day.format(new Date(timestamp));
}

export const exactTime = (timestamp: string): string => exact.format(new Date(timestamp));
