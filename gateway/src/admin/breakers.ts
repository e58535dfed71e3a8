// Shows breakers to operators, as JSON and as a live stream, and lets operators force them.
import type { ServerResponse } from 'node:http';
import { defineRoute, type Route } from 'chassis/http/app';
import { requireSameOrigin } from 'chassis/admin/same-origin';
import { Problem } from 'chassis/http/problem';
import { parseText } from 'chassis/http/input';
import { streamEvents } from './event-stream.ts';
import type { Timeline, Watched } from './timeline.ts';

export interface BreakerPanel extends Watched {
  readonly timeline: Timeline;
}

const REASON = { pattern: /^\P{C}{1,200}$/u, expected: '1 to 200 printable characters' };
const MODES = ['open', 'close', 'auto'] as const;
/** Counts change without a transition, so the stream also repeats the report. This detects dead connections, too. */
const REFRESH_MS = 2_000;
/** `now` is the gateway's clock, for what counts down. */
const report = ({ breakers, timeline }: BreakerPanel): object => ({
  now: new Date().toISOString(),
  breakers: breakers.map((breaker) => breaker.report()),
  timeline: timeline.list(),
});

export const breakerRoutes = (panel: BreakerPanel): Route[] => [
  {
    method: 'get',
    path: '/breakers',
    handle: (req) =>
      req.accepts(['application/json', 'text/event-stream']) === 'text/event-stream'
        ? { type: 'text/event-stream', stream: (res) => streamTo(res, panel) }
        : { body: report(panel), cache: 'no-store' },
  },
  defineRoute({
    method: 'post',
    path: '/breakers/:name/:mode',
    query: ['reason'],
    handle: (req, { reason }) => {
      requireSameOrigin(req);
      const breaker = panel.breakers.find(({ name }) => name === req.params['name']);
      const mode = MODES.find((word) => word === req.params['mode']);
      if (breaker === undefined || mode === undefined)
        throw new Problem(
          'not-found',
          'There is no such breaker or mode; the modes are open, close and auto',
        );
      const why = reason === undefined ? undefined : parseText(reason, '/query/reason', REASON);
      panel.timeline.force(breaker, mode, why);
      return { body: breaker.report(), cache: 'no-store' };
    },
  }),
];

/** Sends the report at each change, and every two seconds. */
const streamTo = (res: ServerResponse, panel: BreakerPanel): void =>
  streamEvents(
    res,
    'breakers',
    () => report(panel),
    (send) => {
      const removeListener = panel.onBreakerChange(send);
      const refresh = setInterval(send, REFRESH_MS).unref();
      return () => {
        removeListener();
        clearInterval(refresh);
      };
    },
  );
