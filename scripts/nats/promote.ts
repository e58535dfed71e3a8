// Promotes the mirror: creates a stream with the same subjects and publishes all events of the mirror to it. The broker
// cannot do this with a stream that is sourced from the mirror: every event has a header with the sequence number that it
// has to follow (see stream.ts), and nats-server 2.9 rejects such events. It cannot turn a mirror into a stream either.
import type { StreamAPI, StreamInfo } from '@nats-io/jetstream';
import { NoRespondersError, TimeoutError, type NatsConnection } from '@nats-io/transport-node';
import { setTimeout as pause } from 'node:timers/promises';
import type { BrokerAccess } from 'chassis/events/nats/connection';
import { jetStreamSource } from 'chassis/events/nats/source';
import { StartupError } from 'chassis/base/startup-error';
import type { UserEventOnWire } from 'contracts/types';
import { openStream, type StreamEnd } from '../../identity-service/src/relay/stream.ts';
import { STREAM, streamConfig } from '../../identity-service/src/relay/stream-settings.ts';
import { infoOf, lastOffsetOf, MIRROR, streamsOf } from './mirror-stream.ts';

const STARTED = `being made from ${MIRROR}`;
const DONE = `promoted from ${MIRROR}`;
const FIRST_SITE_TIMEOUT_MS = 3_000;
const MAX_FAILURES = 60;
const PAUSE_MS = 500;
const INCOMPLETE =
  'The promotion is not complete, because the servers failed. Run the command again to continue it.';

export interface Promotion {
  readonly access: BrokerAccess;
  /** Promotes even if the first site is reachable. */
  readonly force: boolean;
}

/**
 * Promotes the mirror, or continues an interrupted promotion. Does nothing when the mirror was promoted before.
 * @returns sentences about the result
 * @throws StartupError without a mirror, while the first site may be running, or when the stream is not from the mirror
 */
export async function promote(
  connection: NatsConnection,
  { access, force }: Promotion,
): Promise<string> {
  const streams = await streamsOf(connection);
  const [mirror, before] = [await infoOf(streams, MIRROR), await infoOf(streams, STREAM)];
  const state = before?.config.description;
  if (state === DONE) return `The mirror was promoted before. ${await describeStream(streams)}`;
  if (before !== undefined && state !== STARTED)
    throw new StartupError(
      `The stream ${STREAM} at this site was not made from the mirror. Nothing was changed.`,
    );
  if (mirror === undefined) throw new StartupError('There is no mirror here. Nothing was changed.');
  if (!force) await rejectWhileReachable(connection, mirror);
  if (before === undefined)
    await streams.add({ ...streamConfig(mirror.config.num_replicas), description: STARTED });
  await publishMirrored(access, mirror.config.num_replicas, await lastOffsetOf(streams, MIRROR));
  // If the first site comes back, its later events stay in the mirror.
  await streams.update(STREAM, { description: DONE });
  return [
    `The mirror is promoted. ${await describeStream(streams)}`,
    `It lacked ${mirror.mirror?.lag ?? 0} messages at the last contact with the first site. Later messages are not known here.`,
    'Identity publishes the missing events from its database when its NATS_URL is that of this site.',
  ].join('\n');
}

async function describeStream(streams: StreamAPI): Promise<string> {
  const { state } = await streams.info(STREAM);
  return `${STREAM} has the newest events of ${state.messages} users, up to offset ${await lastOffsetOf(streams, STREAM)}.`;
}

/**
 * Publishes the mirror's events after the end of the new stream, up to `lastOffset`. The sequence number of each keeps the
 * order, even if another process does the same.
 */
async function publishMirrored(
  access: BrokerAccess,
  replicas: number,
  lastOffset: number,
): Promise<void> {
  const stream = openStream(access, replicas);
  const source = jetStreamSource({
    urls: access,
    stream: MIRROR,
    subject: 'user-events.>',
    name: 'promote',
    waitMs: 1_000,
  });
  const publishRest = async (): Promise<void> => {
    let end: StreamEnd = await stream.end();
    while (end.offset < lastOffset) {
      const batch = await source.read(end.offset, new AbortController().signal);
      if (batch.events.length > 0)
        end = await stream.append(batch.events as readonly UserEventOnWire[], end.sequence);
      await batch.ack();
    }
  };
  try {
    for (let failures = 1; ; failures += 1) {
      try {
        return await publishRest();
      } catch (cause) {
        if (failures >= MAX_FAILURES) throw new StartupError(INCOMPLETE, { cause });
        // A cluster needs a moment to elect a leader for a new stream.
        await pause(PAUSE_MS);
      }
    }
  } finally {
    await Promise.all([source.close(), stream.close()]);
  }
}

/**
 * Any answer of the first site, also an error, means that it runs. A timeout may be a slow answer; only "no responders"
 * means that it is disconnected.
 * @throws StartupError while the first site may run
 */
async function rejectWhileReachable(connection: NatsConnection, mirror: StreamInfo): Promise<void> {
  const { name = STREAM, external } = mirror.config.mirror ?? {};
  try {
    await (await streamsOf(connection, external?.api, FIRST_SITE_TIMEOUT_MS)).info(name);
  } catch (error) {
    if (isCausedBy(error, NoRespondersError)) return;
    if (isCausedBy(error, TimeoutError))
      throw new StartupError(
        'The first site does not answer, but its connection is open, so it may only be slow. ' +
          'Nothing was changed. If you know that it is down, use --force.',
      );
  }
  throw new StartupError(
    'The first site still answers, and Identity may be publishing to it. Nothing was changed. ' +
      'If you know that nothing publishes there any more, use --force.',
  );
}

function isCausedBy(error: unknown, kind: new (...args: never[]) => Error): boolean {
  return error instanceof kind || (error instanceof Error && isCausedBy(error.cause, kind));
}
