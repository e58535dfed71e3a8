// Keeping the copy of Identity's users: what the process does for it, and what it shows of it.
import type { Context } from 'chassis/database-service';
import { follow } from 'chassis/follow';
import type { Schema } from '../schema.ts';
import { clearUp } from './clear-up.ts';
import { copyReadiness } from './readiness.ts';
import { logSource, type SourceSettings } from './source.ts';
import { copyIn } from './store.ts';

type CopyContext = Pick<
  Context<Schema, SourceSettings>,
  'db' | 'log' | 'metrics' | 'settings' | 'prepared'
>;

const MINUTE_MS = 60_000;

/** What a service needs to have of it; it follows the log from now on. */
export function keepCopy({ db, log, metrics, settings, prepared }: CopyContext) {
  const copy = copyIn(db, log);
  const source = logSource(settings);
  const following = follow({
    name: 'social',
    source,
    position: async () => (await copy.state()).position,
    apply: (batch, after) => copy.apply(batch, after),
    log,
    metrics,
    ready: prepared,
  });
  return {
    readiness: copyReadiness({
      copy,
      caughtUp: () => following.status().caughtUp,
      failing: () => source.failing(),
    }),
    jobs: [{ name: 'what users left behind', everyMs: MINUTE_MS, run: () => clearUp(db) }],
    close: () => following.stop(),
  };
}
