// The mirror of Identity's stream in a second place: how it is made, and how far it is.
import {
  JetStreamApiCodes,
  JetStreamApiError,
  jetstreamManager,
  type StreamAPI,
  type StreamInfo,
} from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { endOf } from 'chassis/events/nats/start-sequence';
import { StartupError } from 'chassis/base/startup-error';
import { STREAM, streamConfig } from '../../identity-service/src/relay/stream.ts';

export const MIRROR = `${STREAM}_MIRROR`;
const ANSWER_MS = 10_000;
const MS_IN_NS = 1_000_000;

/** @param api of another domain's JetStream, such as $JS.first.API; this place's own when left out */
export async function streamsOf(
  connection: NatsConnection,
  api?: string,
  timeout = ANSWER_MS,
): Promise<StreamAPI> {
  const options = { checkAPI: false, timeout, ...(api !== undefined && { apiPrefix: api }) };
  return (await jetstreamManager(connection, options)).streams;
}

/** Undefined when there is none of this name. */
export async function infoOf(streams: StreamAPI, name: string): Promise<StreamInfo | undefined> {
  try {
    return await streams.info(name);
  } catch (error) {
    const code = error instanceof JetStreamApiError ? error.code : undefined;
    if (code === JetStreamApiCodes.StreamNotFound) return undefined;
    throw error;
  }
}

/** Position of the newest event in a stream of this place; 0 for none. @throws StartError when it is no event */
export async function positionIn(streams: StreamAPI, stream: string): Promise<number> {
  const { offset } = await endOf({ streams, stream, subject: 'user-events.>' });
  if (offset === undefined) throw new StartupError(`The last message of ${stream} is no event.`);
  return offset;
}

/**
 * Makes the mirror, unless it is there.
 * @param domain of the place whose stream is mirrored
 * @returns a sentence
 */
export async function makeMirror(
  connection: NatsConnection,
  domain: string,
  replicas: number,
): Promise<string> {
  const streams = await streamsOf(connection);
  const there = await infoOf(streams, MIRROR);
  if (there !== undefined) return 'The mirror is there already.';
  if ((await infoOf(streams, STREAM)) !== undefined)
    throw new StartupError(
      `There is a stream ${STREAM} here, so this is no second place: what is mirrored could not be promoted.`,
    );
  const { subjects: _, duplicate_window: __, ...config } = streamConfig(replicas);
  const origin = { name: STREAM, external: { api: `$JS.${domain}.API`, deliver: '' } };
  await streams.add({ ...config, name: MIRROR, mirror: origin });
  return `The mirror of ${STREAM} in ${domain} is made; it fills by itself.`;
}

/** How far the mirror is, in sentences. @throws StartError when there is none */
export async function describeMirror(connection: NatsConnection): Promise<string> {
  const streams = await streamsOf(connection);
  const info = await infoOf(streams, MIRROR);
  if (info === undefined) throw new StartupError('There is no mirror here.');
  const { lag = 0, active = -1 } = info.mirror ?? {};
  const heard =
    active < 0
      ? 'It has heard nothing from there yet.'
      : `It heard from there ${Math.round(active / MS_IN_NS)} ms ago.`;
  return [
    `It has the newest events of ${info.state.messages} users, up to position ${await positionIn(streams, MIRROR)}.`,
    `It lacked ${lag} messages when it heard from there last. ${heard}`,
  ].join('\n');
}
