// The mirror of Identity's stream at a second site: how it is made, and its state.
import {
  JetStreamApiCodes,
  JetStreamApiError,
  jetstreamManager,
  type StreamAPI,
  type StreamInfo,
} from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { endOffsetOf, newestOf } from 'chassis/events/nats/start-sequence';
import { StartupError } from 'chassis/base/startup-error';
import { STREAM, streamConfig } from '../../identity-service/src/relay/stream-settings.ts';

export const MIRROR = `${STREAM}_MIRROR`;
const TIMEOUT_MS = 10_000;
const MS_IN_NS = 1_000_000;

/** @param api of JetStream in another domain, such as $JS.first.API; that of this site by default */
export async function streamsOf(
  connection: NatsConnection,
  api?: string,
  timeout = TIMEOUT_MS,
): Promise<StreamAPI> {
  const options = { checkAPI: false, timeout, ...(api !== undefined && { apiPrefix: api }) };
  return (await jetstreamManager(connection, options)).streams;
}

/** Returns the state of a stream; undefined when it does not exist. */
export async function infoOf(streams: StreamAPI, name: string): Promise<StreamInfo | undefined> {
  try {
    return await streams.info(name);
  } catch (error) {
    const code = error instanceof JetStreamApiError ? error.code : undefined;
    if (code === JetStreamApiCodes.StreamNotFound) return undefined;
    throw error;
  }
}

/** Returns the offset of the newest event of a stream, 0 for an empty one. @throws StartupError when the last message is not an event */
export async function lastOffsetOf(streams: StreamAPI, stream: string): Promise<number> {
  const offset = endOffsetOf(await newestOf({ streams, stream, subject: 'user-events.>' }));
  if (offset === undefined)
    throw new StartupError(`The last message of ${stream} is not an event.`);
  return offset;
}

/**
 * Creates the mirror, unless it exists.
 * @param domain of the site whose stream is mirrored
 * @returns a sentence about the result
 */
export async function makeMirror(
  connection: NatsConnection,
  domain: string,
  replicas: number,
): Promise<string> {
  const streams = await streamsOf(connection);
  const existing = await infoOf(streams, MIRROR);
  if (existing !== undefined) return 'The mirror exists already.';
  if ((await infoOf(streams, STREAM)) !== undefined)
    throw new StartupError(
      `There is a stream ${STREAM} at this site, so a mirror here could not be promoted. Run this at another site.`,
    );
  const { subjects: _, duplicate_window: __, ...config } = streamConfig(replicas);
  const origin = { name: STREAM, external: { api: `$JS.${domain}.API`, deliver: '' } };
  await streams.add({ ...config, name: MIRROR, mirror: origin });
  return `The mirror of ${STREAM} in ${domain} was created; it fills by itself.`;
}

/** Describes the state of the mirror in sentences. @throws StartupError when there is none */
export async function describeMirror(connection: NatsConnection): Promise<string> {
  const streams = await streamsOf(connection);
  const info = await infoOf(streams, MIRROR);
  if (info === undefined) throw new StartupError('There is no mirror here.');
  const { lag = 0, active = -1 } = info.mirror ?? {};
  const contact =
    active < 0
      ? 'It has had no contact with the other site yet.'
      : `Its last contact with the other site was ${Math.round(active / MS_IN_NS)} ms ago.`;
  return [
    `It has the newest events of ${info.state.messages} users, up to offset ${await lastOffsetOf(streams, MIRROR)}.`,
    `It lacked ${lag} messages at the last contact. ${contact}`,
  ].join('\n');
}
