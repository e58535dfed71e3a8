// Promoting the mirror: a new stream of the same subjects, sourced from the mirror, and then cut off from it.
import type { StreamAPI, StreamInfo } from '@nats-io/jetstream';
import { NoRespondersError, TimeoutError, type NatsConnection } from '@nats-io/transport-node';
import { setTimeout as pause } from 'node:timers/promises';
import { StartError } from 'chassis/start-error';
import { STREAM, streamConfig } from '../../identity-service/src/stream.ts';
import { infoOf, MIRROR, positionIn, streamsOf } from './mirror.ts';

const MADE_FROM = `promoted from ${MIRROR}`;
const ASK_FIRST_MS = 3_000;
const POLL_MS = 100;

/**
 * Does what is still to be done of it; all is done already when it is called again.
 * (A server of version 2.9 cannot turn a mirror into a stream that is published to.)
 * @param force though the first place is there
 * @param patienceMs how long the new stream may take to fill
 * @returns sentences
 * @throws StartError when there is no mirror, the first place is there, or filling takes too long
 */
export async function promote(
  connection: NatsConnection,
  { force, patienceMs }: { readonly force: boolean; readonly patienceMs: number },
): Promise<string> {
  const streams = await streamsOf(connection);
  const [mirror, before] = [await infoOf(streams, MIRROR), await infoOf(streams, STREAM)];
  if (before !== undefined && before.config.description !== MADE_FROM)
    throw new StartError(
      `There is a stream ${STREAM} here that was not made from the mirror. Nothing was changed.`,
    );
  if (before !== undefined && isCutOff(before))
    return `The mirror was promoted before. ${await told(streams)}`;
  if (mirror === undefined) throw new StartError('There is no mirror here. Nothing was changed.');
  if (!force) await refuseWhileThere(connection, mirror);
  if (before === undefined)
    await streams.add({
      ...streamConfig(mirror.config.num_replicas),
      description: MADE_FROM,
      sources: [{ name: MIRROR }],
    });
  await untilFilled(streams, performance.now() + patienceMs);
  // Or what the first place publishes when it is back would come behind what was published here meanwhile.
  await streams.update(STREAM, { sources: [] });
  const lag = mirror.mirror?.lag ?? 0;
  return [
    `The mirror is promoted. ${await told(streams)}`,
    `It lacked ${lag} messages when it heard from the first place last; what came there later, nobody here knows.`,
    'Identity has all of it, and publishes what is missing as soon as it has NATS_URL of this place.',
  ].join('\n');
}

const isCutOff = ({ config }: StreamInfo): boolean => (config.sources ?? []).length === 0;

async function told(streams: StreamAPI): Promise<string> {
  const { state } = await streams.info(STREAM);
  return `${STREAM} has the newest events of ${state.messages} users, up to position ${await positionIn(streams, STREAM)}.`;
}

/** Whoever answers there, be it with an error, is there; silence with somebody listening may be a slow answer. */
async function refuseWhileThere(connection: NatsConnection, mirror: StreamInfo): Promise<void> {
  const { name = STREAM, external } = mirror.config.mirror ?? {};
  try {
    await (await streamsOf(connection, external?.api, ASK_FIRST_MS)).info(name);
  } catch (error) {
    if (isCausedBy(error, NoRespondersError)) return;
    if (isCausedBy(error, TimeoutError))
      throw new StartError(
        'The first place does not answer, but its connection was not closed either: it may only be slow. ' +
          'Nothing was changed. If you know that it is gone: --force',
      );
  }
  throw new StartError(
    'The first place is still there, and Identity may be publishing to it. Nothing was changed. ' +
      'If you know that nobody publishes there any more: --force',
  );
}

function isCausedBy(error: unknown, kind: new (...args: never[]) => Error): boolean {
  return error instanceof kind || (error instanceof Error && isCausedBy(error.cause, kind));
}

/** Messages come in the mirror's order: with the last of them, all are there. */
async function untilFilled(streams: StreamAPI, until: number): Promise<void> {
  const goal = await positionIn(streams, MIRROR);
  for (;;) {
    const position = await positionIn(streams, STREAM);
    if (position >= goal) return;
    if (performance.now() > until)
      throw new StartError(
        `It is at position ${position} of ${goal}, and not done. Give the command again: it goes on.`,
      );
    await pause(POLL_MS);
  }
}
