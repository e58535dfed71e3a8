// The gateway's own routes on the admin port, beside those of every service.
import type { Logger } from 'chassis/observability/log';
import type { Route } from 'chassis/http/app';
import { breakerRoutes } from './breakers.ts';
import { type History, historyRoute } from './history.ts';
import { pageRoutes } from './page.ts';
import { createTimeline, type Watched } from './timeline.ts';

/** What the page says about the process. */
export interface ProcessFacts {
  readonly version: string;
  /** The settings that the environment sets, without secrets. */
  readonly settings: Readonly<Record<string, string>>;
}

export function adminRoutes(
  watched: Watched,
  facts: ProcessFacts,
  history: History,
  log: Logger,
): Route[] {
  const startedAt = new Date().toISOString();
  const about = { ...facts, startedAt };
  return [
    ...pageRoutes(),
    ...breakerRoutes({ ...watched, timeline: createTimeline(watched, log) }),
    historyRoute(history),
    { method: 'get', path: '/process', handle: () => ({ body: about, cache: 'no-store' }) },
  ];
}
