// Keeping the copy of Identity's users: what the process does for it, and what it shows of it.
import { setTimeout as pause } from 'node:timers/promises';
import type { ServiceContext } from 'chassis/process/database-service';
import { UnknownOffset } from 'chassis/events/source';
import { startConsumer } from 'chassis/events/consumer';
import type { Schema } from '../schema.ts';
import { type ReplicaAdmin, replicaAdminRoutes } from '../routes/replica-admin.ts';
import { listDeadLetters } from '../replica/dead-letters.ts';
import { cleanUp } from '../replica/cleanup.ts';
import type { Sides } from '../replica/verification/compare.ts';
import { divergence } from '../replica/verification/divergence.ts';
import { identityClient } from '../replica/verification/identity-client.ts';
import { replicaReader } from '../replica/verification/reader.ts';
import { replicaReadiness } from '../replica/readiness.ts';
import { userEventSource, type SourceSettings } from '../replica/source.ts';
import { replicaIn } from '../replica/store.ts';
import { verify } from '../replica/verification/verify.ts';

type ReplicaContext = Pick<
  ServiceContext<Schema, SourceSettings>,
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
export function runReplica({ db, log, metrics, settings, prepared }: ReplicaContext) {
  const copy = replicaIn(db, log);
  const source = userEventSource(settings, (position) => copy.markLost(position));
  const position = async (): Promise<number> => (await copy.state()).position;
  const readFrom = async (): Promise<number> => {
    const { position: at, lost } = await copy.state();
    if (lost) throw new UnknownOffset(LOST);
    return at;
  };
  const following = startConsumer({
    name: 'social',
    source,
    offset: readFrom,
    apply: (batch, after) => copy.apply(batch, after),
    log,
    metrics,
    ready: prepared,
  });
  const ending = new AbortController();
  const sides: Sides = {
    replica: replicaReader(db),
    offset: position,
    identity: identityClient(settings.IDENTITY_URL),
    pause: pauseUntil(ending.signal),
  };
  const steering: ReplicaAdmin = {
    state: async () => ({ ...(await copy.state()), head: following.status().endOffset }),
    deadLetters: () => listDeadLetters(db),
    async rebuild() {
      const began = await copy.rebuild(following.status().endOffset);
      if (began) log.info('the copy of the users is made anew');
      following.restart();
      return began;
    },
    verify(leaving, progress) {
      const signal = AbortSignal.any([leaving, ending.signal]);
      return verify({ ...sides, pause: pauseUntil(signal) }, signal, progress);
    },
  };
  return {
    adminRoutes: replicaAdminRoutes(steering),
    readiness: replicaReadiness({
      replica: copy,
      caughtUp: () => following.status().caughtUp,
      failing: () => source.failing(),
    }),
    jobs: [
      { name: 'what users left behind', everyMs: MINUTE_MS, run: () => cleanUp(db) },
      { name: 'divergence', everyMs: MINUTE_MS, run: divergence(sides, metrics, ending.signal) },
    ],
    async close() {
      ending.abort();
      await following.stop();
    },
  };
}
