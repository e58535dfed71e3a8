// Breakers for operators: as JSON, as a live stream, and by hand.
import type { ServerResponse } from 'node:http';
import type { Route } from 'chassis/http/app';
import { requireSameOrigin } from 'chassis/http/same-origin';
import { Problem } from 'chassis/http/problem';
import type { Breaker } from '../upstream/engine/breaker.ts';

export interface BreakerPanel {
  readonly breakers: readonly Breaker[];
  onBreakerChange(listener: () => void): () => void;
}

const MODES = ['open', 'close', 'auto'] as const;
/** Window counts change without a transition; the stream also shows those, and notices a dead connection. */
const REFRESH_MS = 2_000;
/** What may wait for a reader that does not read, in bytes; then it is cut off, and its EventSource comes back. */
const BACKLOG_MAX = 65_536;

const report = ({ breakers }: BreakerPanel): object => ({
  breakers: breakers.map((breaker) => breaker.report()),
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
  {
    method: 'post',
    path: '/breakers/:name/:mode',
    handle: (req) => {
      requireSameOrigin(req);
      const breaker = panel.breakers.find(({ name }) => name === req.params['name']);
      const mode = MODES.find((word) => word === req.params['mode']);
      if (breaker === undefined || mode === undefined)
        throw new Problem(
          'not-found',
          'There is no such breaker, or no such mode: open, close, auto',
        );
      breaker.force(mode);
      return { body: breaker.report(), cache: 'no-store' };
    },
  },
];

/** Server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html). */
function streamTo(res: ServerResponse, panel: BreakerPanel): void {
  const show = (): void => {
    res.write(`event: breakers\ndata: ${JSON.stringify(report(panel))}\n\n`);
    if (res.writableLength > BACKLOG_MAX) res.destroy();
  };
  const stop = panel.onBreakerChange(show);
  const refresh = setInterval(show, REFRESH_MS).unref();
  res.once('close', () => {
    stop();
    clearInterval(refresh);
  });
  show();
}
