// A place in a live stream: how far the two event logs are. It is the `id` of each message, and opaque to clients.
import type { EpochOffset } from 'chassis/events/epoch';

export interface Place {
  readonly social: EpochOffset;
  readonly identity: EpochOffset;
}

const PLACE = /^(\d{1,16})\.([0-9a-f]{16})?-(\d{1,16})\.([0-9a-f]{16})?$/;

const format = ({ offset, epoch = '' }: EpochOffset): string => `${offset}.${epoch}`;

export const formatPlace = ({ social, identity }: Place): string =>
  `${format(social)}-${format(identity)}`;

/** Parses what `formatPlace` returns; undefined for any other text. */
export function parsePlace(text: string): Place | undefined {
  const [, social, socialEpoch, identity, identityEpoch] = PLACE.exec(text) ?? [];
  const offsets = [Number(social), Number(identity)] as const;
  if (!offsets.every(Number.isSafeInteger)) return undefined;
  return {
    social: { offset: offsets[0], epoch: socialEpoch },
    identity: { offset: offsets[1], epoch: identityEpoch },
  };
}
