// Lets operators change the level of the log of a running process. It goes back by itself: nobody remembers to do it.
import { defineRoute, type Route } from '../http/app.ts';
import { parseText } from '../http/input.ts';
import type { Logger } from '../observability/log.ts';
import { requireSameOrigin } from './same-origin.ts';

const MINUTE_MS = 60_000;
const DEFAULT_MINUTES = 15;
const LEVEL = {
  pattern: /^(error|warn|info|debug|trace|default)$/,
  expected: 'error, warn, info, debug, trace or default',
};
const MINUTES = { pattern: /^[1-9]\d{0,3}$/, expected: 'a whole number from 1 to 9999' };

/** `GET /log-level`, and `POST /log-level/debug?minutes=15`; the level `default` is that of the setting LOG_LEVEL. */
export function logLevelRoutes(log: Logger): readonly Route[] {
  const configured = log.level;
  let changed: { readonly until: string; readonly timer: NodeJS.Timeout } | undefined;
  const goBack = (): void => {
    clearTimeout(changed?.timer);
    changed = undefined;
    log.level = configured;
  };
  const change = (level: string, minutes: number): void => {
    goBack();
    const ms = minutes * MINUTE_MS;
    const until = new Date(Date.now() + ms).toISOString();
    log.warn({ newLevel: level, until }, 'log level changed by an operator');
    changed = { until, timer: setTimeout(goBack, ms).unref() };
    log.level = level;
  };
  const state = () => ({
    body: { level: log.level, default: configured, until: changed?.until },
    cache: 'no-store' as const,
  });
  return [
    { method: 'get', path: '/log-level', handle: state },
    defineRoute({
      method: 'post',
      path: '/log-level/:level',
      query: ['minutes'],
      handle(req, { minutes = String(DEFAULT_MINUTES) }) {
        requireSameOrigin(req);
        const level = parseText(req.params['level'], '/path/level', LEVEL);
        const forMinutes = Number(parseText(minutes, '/query/minutes', MINUTES));
        if (level === 'default') goBack();
        else change(level, forMinutes);
        return state();
      },
    }),
  ];
}
