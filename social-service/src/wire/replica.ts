// Keeping the copy of Identity's users: what the process does for it, and what it shows of it.
import { setTimeout as pause } from 'node:timers/promises';
import type { Context } from 'chassis/process/database-service';
import { UnknownPosition } from 'chassis/events/source';
import { follow } from 'chassis/events/consumer';
import type { Schema } from '../schema.ts';
import { type CopySteering, copyRoutes } from '../routes/replica-admin.ts';
import { keptEvents } from '../replica/dead-letters.ts';
import { clearUp } from '../replica/cleanup.ts';
import type { Sides } from '../replica/verification/compare.ts';
import { divergence } from '../replica/verification/divergence.ts';
import { identityAt } from '../replica/verification/identity-client.ts';
import { copyReader } from '../replica/verification/reader.ts';
import { copyReadiness } from '../replica/readiness.ts';
import { logSource, type SourceSettings } from '../replica/source.ts';
import { copyIn } from '../replica/store.ts';
import { verify } from '../replica/verification/verify.ts';

type CopyContext = Pick<
  Context<Schema, SourceSettings>,
  'db' | 'log' | 'metrics' | 'settings' | 'prepared'
>;

const MINUTE_MS = 60_000;
const LOST =
  'the log has lost its end: Identity was restored. See docs/failover.md, then npm run rebuild-authors -w social-service';

const pauseUntil =
  (signal: AbortSignal) =>
  (ms: number): Promise<void> =>
    pause(ms, undefined, { signal });

/** What a service needs to have of it; it follows the log from now on. */
export function keepCopy({ db, log, metrics, settings, prepared }: CopyContext) {
  const copy = copyIn(db, log);
  const source = logSource(settings, (position) => copy.lose(position));
  const position = async (): Promise<number> => (await copy.state()).position;
  const readFrom = async (): Promise<number> => {
    const { position: at, lost } = await copy.state();
    if (lost) throw new UnknownPosition(LOST);
    return at;
  };
  const following = follow({
    name: 'social',
    source,
    position: readFrom,
    apply: (batch, after) => copy.apply(batch, after),
    log,
    metrics,
    ready: prepared,
  });
  const ending = new AbortController();
  const sides: Sides = {
    copy: copyReader(db),
    position,
    identity: identityAt(settings.IDENTITY_URL),
    pause: pauseUntil(ending.signal),
  };
  const steering: CopySteering = {
    state: async () => ({ ...(await copy.state()), head: following.status().head }),
    broken: () => keptEvents(db),
    async rebuild() {
      const began = await copy.rebuild(following.status().head);
      if (began) log.info('the copy of the users is made anew');
      following.reread();
      return began;
    },
    verify(leaving, progress) {
      const signal = AbortSignal.any([leaving, ending.signal]);
      return verify({ ...sides, pause: pauseUntil(signal) }, signal, progress);
    },
  };
  return {
    adminRoutes: copyRoutes(steering),
    readiness: copyReadiness({
      copy,
      caughtUp: () => following.status().caughtUp,
      failing: () => source.failing(),
    }),
    jobs: [
      { name: 'what users left behind', everyMs: MINUTE_MS, run: () => clearUp(db) },
      { name: 'divergence', everyMs: MINUTE_MS, run: divergence(sides, metrics, ending.signal) },
    ],
    async close() {
      ending.abort();
      await following.stop();
    },
  };
}
