// Promoting the mirror: a new stream of the same subjects, into which all that the mirror has is published once more.
// Not by the broker, as a stream sourced from the mirror: events carry the number in the stream that they have to come
// behind (see stream.ts), and a server of version 2.9 holds the new stream to it and so takes none; nor can it update a mirror.
import type { StreamAPI, StreamInfo } from '@nats-io/jetstream';
import { NoRespondersError, TimeoutError, type NatsConnection } from '@nats-io/transport-node';
import { setTimeout as pause } from 'node:timers/promises';
import { jetStreamSource } from 'chassis/events/nats/source';
import { StartupError } from 'chassis/base/startup-error';
import type { UserEventOnWire } from 'contracts/types';
import {
  openStream,
  STREAM,
  streamConfig,
  type StreamEnd,
} from '../../identity-service/src/relay/stream.ts';
import { infoOf, MIRROR, positionIn, streamsOf } from './mirror-stream.ts';

const BEGUN = `being made from ${MIRROR}`;
const DONE = `promoted from ${MIRROR}`;
const ASK_FIRST_MS = 3_000;
const PATIENCE = 60;
const PAUSE_MS = 500;
const NOT_DONE = 'The servers failed, and it is not done. Give the command again: it goes on.';

export interface Promotion {
  readonly url: string;
  /** Though the first place is there. */
  readonly force: boolean;
}

/**
 * Does what is still to be done of it; nothing when it was done before.
 * @returns sentences
 * @throws StartError when there is no mirror, the first place is there, or somebody else publishes here
 */
export async function promote(
  connection: NatsConnection,
  { url, force }: Promotion,
): Promise<string> {
  const streams = await streamsOf(connection);
  const [mirror, before] = [await infoOf(streams, MIRROR), await infoOf(streams, STREAM)];
  const was = before?.config.description;
  if (was === DONE) return `The mirror was promoted before. ${await told(streams)}`;
  if (before !== undefined && was !== BEGUN)
    throw new StartupError(
      `There is a stream ${STREAM} here that was not made from the mirror. Nothing was changed.`,
    );
  if (mirror === undefined) throw new StartupError('There is no mirror here. Nothing was changed.');
  if (!force) await refuseWhileThere(connection, mirror);
  if (before === undefined)
    await streams.add({ ...streamConfig(mirror.config.num_replicas), description: BEGUN });
  await copy(url, mirror.config.num_replicas, await positionIn(streams, MIRROR));
  // From now on, what the first place has when it is back stays in the mirror.
  await streams.update(STREAM, { description: DONE });
  return [
    `The mirror is promoted. ${await told(streams)}`,
    `It lacked ${mirror.mirror?.lag ?? 0} messages when it heard from the first place last; what came there later, nobody here knows.`,
    'Identity has all of it, and publishes what is missing as soon as it has NATS_URL of this place.',
  ].join('\n');
}

async function told(streams: StreamAPI): Promise<string> {
  const { state } = await streams.info(STREAM);
  return `${STREAM} has the newest events of ${state.messages} users, up to position ${await positionIn(streams, STREAM)}.`;
}

/** Goes on where the new stream ends, up to a position; each message behind the one before, whoever else does the same. */
async function copy(urls: string, replicas: number, goal: number): Promise<void> {
  const stream = openStream(urls, replicas);
  const source = jetStreamSource({
    urls,
    stream: MIRROR,
    subject: 'user-events.>',
    name: 'promote',
    waitMs: 1_000,
  });
  const goOn = async (): Promise<void> => {
    let end: StreamEnd = await stream.end();
    while (end.offset < goal) {
      const batch = await source.read(end.offset, new AbortController().signal);
      if (batch.events.length > 0)
        end = await stream.append(batch.events as readonly UserEventOnWire[], end.sequence);
      await batch.ack();
    }
  };
  try {
    for (let failures = 1; ; failures += 1) {
      try {
        return await goOn();
      } catch (cause) {
        if (failures >= PATIENCE) throw new StartupError(NOT_DONE, { cause });
        // A cluster needs a moment to agree who leads a new stream.
        await pause(PAUSE_MS);
      }
    }
  } finally {
    await Promise.all([source.close(), stream.close()]);
  }
}

/** Whoever answers there, be it with an error, is there; silence with somebody listening may be a slow answer. */
async function refuseWhileThere(connection: NatsConnection, mirror: StreamInfo): Promise<void> {
  const { name = STREAM, external } = mirror.config.mirror ?? {};
  try {
    await (await streamsOf(connection, external?.api, ASK_FIRST_MS)).info(name);
  } catch (error) {
    if (isCausedBy(error, NoRespondersError)) return;
    if (isCausedBy(error, TimeoutError))
      throw new StartupError(
        'The first place does not answer, but its connection was not closed either: it may only be slow. ' +
          'Nothing was changed. If you know that it is gone: --force',
      );
  }
  throw new StartupError(
    'The first place is still there, and Identity may be publishing to it. Nothing was changed. ' +
      'If you know that nobody publishes there any more: --force',
  );
}

function isCausedBy(error: unknown, kind: new (...args: never[]) => Error): boolean {
  return error instanceof kind || (error instanceof Error && isCausedBy(error.cause, kind));
}
