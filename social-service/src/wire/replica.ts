// Composes the replica of Identity's users: consumer, admin routes, readiness and jobs.
import { setTimeout as pause } from 'node:timers/promises';
import type { ServiceContext } from 'chassis/process/database-service';
import { type EpochOffset, requireContinuation } from 'chassis/events/epoch';
import { UnknownOffset } from 'chassis/events/source';
import { startConsumer } from 'chassis/events/consumer';
import type { Outbox } from '../events/outbox.ts';
import type { Schema } from '../schema.ts';
import { type DeadLetters, deadLetterRoutes } from '../routes/dead-letters-admin.ts';
import { type ReplicaAdmin, replicaAdminRoutes } from '../routes/replica-admin.ts';
import { discardDeadLetter, listDeadLetters, readDeadLetters } from '../replica/dead-letters.ts';
import { replayDeadLetters } from '../replica/replay.ts';
import { cleanUp } from '../replica/deletion/cleanup.ts';
import type { Sides } from '../replica/verification/compare.ts';
import { divergence } from '../replica/verification/divergence.ts';
import { identityClient } from '../replica/verification/identity-client.ts';
import { replicaReader } from '../replica/verification/reader.ts';
import { replicaNotice, replicaReadiness } from '../replica/readiness.ts';
import { userEventSource, type SourceSettings } from '../replica/source.ts';
import { replicaIn } from '../replica/store.ts';
import { verify } from '../replica/verification/verify.ts';

type ReplicaContext = Pick<
  ServiceContext<Schema, SourceSettings>,
  'db' | 'log' | 'metrics' | 'tracing' | 'settings' | 'prepared'
>;

const MINUTE_MS = 60_000;
const LOST =
  'the user event log ends before the offset of the replica, so Identity was restored; see docs/failover.md, then run: npm run rebuild-authors -w social-service';

const pauseUntil =
  (signal: AbortSignal) =>
  (ms: number): Promise<void> =>
    pause(ms, undefined, { signal });

/** Starts to consume the user event log. Returns the parts of the service that concern the replica. */
export function runReplica(
  { db, log, metrics, tracing, settings, prepared }: ReplicaContext,
  outbox: Outbox,
) {
  const replica = replicaIn(db, log, outbox);
  const source = userEventSource(settings, async (after, epochs) => {
    const applied = await replica.offset();
    // A log with another history is checked again each time, so its end does not matter: it may be the wrong log.
    if (applied !== undefined) requireContinuation(applied, { epochs });
    await replica.markLost(after);
  });
  const appliedOffset = async (): Promise<number> => (await replica.state()).position;
  /** Throws UnknownOffset if the log has lost events, so that nothing is read until a rebuild. */
  const offset = async (): Promise<EpochOffset> => {
    const applied = await replica.offset();
    if (applied === undefined) throw new UnknownOffset(LOST);
    return applied;
  };
  const consumer = startConsumer({
    name: 'social',
    source,
    offset,
    apply: (batch, after) => replica.apply(batch, after),
    log,
    metrics,
    tracing,
    ready: prepared,
  });
  const stopping = new AbortController();
  const sides: Sides = {
    replica: replicaReader(db),
    offset: appliedOffset,
    identity: identityClient(settings.IDENTITY_URL, settings.IDENTITY_FEED_TOKEN),
    pause: pauseUntil(stopping.signal),
  };
  const admin: ReplicaAdmin = {
    async state() {
      const { endOffset: head, state, otherEpoch = null } = consumer.status();
      const stored = await replica.state();
      // A stream that ends before the offset may be being filled again, so that is not stored.
      return { ...stored, lost: stored.lost || state === 'lost', head, state, otherEpoch };
    },
    async rebuild(accepted) {
      const began = await replica.rebuild(consumer.status().endOffset, accepted);
      if (began) log.info({ accepted }, 'replica rebuild started');
      consumer.restart();
      return began;
    },
    verify(disconnected, progress) {
      const signal = AbortSignal.any([disconnected, stopping.signal]);
      return verify({ ...sides, pause: pauseUntil(signal) }, signal, progress);
    },
  };
  const deadLetters: DeadLetters = {
    list: () => listDeadLetters(db),
    find: async (id) => (await readDeadLetters(db, id))[0],
    replay: (id) => replayDeadLetters(db, (ids) => sides.identity.namesOf(ids), id),
    discard: (id) => discardDeadLetter(db, id),
  };
  /**
   * Returns the longest time ago, in ms, that a change may have been made which the served names lack; undefined if that is not
   * known. A stream may lack events that are not published yet, so there the last heartbeat or the newest event says how far it is.
   */
  const lagMs = async (): Promise<number | undefined> => {
    const { caughtUp, lagMs: lag, lastEventAt, completeAgeMs } = consumer.status();
    const { rebuilding, lost } = await replica.state();
    if (!caughtUp || rebuilding || lost) return undefined;
    if (settings.NATS_URL === undefined) return lag;
    const eventAge = lastEventAt === undefined ? Infinity : Math.max(0, Date.now() - lastEventAt);
    const age = Math.min(eventAge, completeAgeMs ?? Infinity);
    return age === Infinity ? undefined : age;
  };
  return {
    lagMs,
    /** Asks Identity for users by their ids; see IdentityClient. */
    namesOf: (ids: readonly number[]) => sides.identity.namesOf(ids),
    adminRoutes: [...replicaAdminRoutes(admin, log), ...deadLetterRoutes(deadLetters)],
    readiness: replicaReadiness({
      replica,
      caughtUp: () => consumer.status().caughtUp,
      failing: () => source.failing(),
    }),
    notice: () => replicaNotice(consumer.status()),
    jobs: [
      { name: 'cleanup', everyMs: MINUTE_MS, run: () => cleanUp(db, outbox) },
      { name: 'divergence', everyMs: MINUTE_MS, run: divergence(sides, metrics, stopping.signal) },
    ],
    async close() {
      stopping.abort();
      await consumer.stop();
    },
  };
}
