// Heartbeats of a log that is carried by a copy, such as a stream: its writer says where the log ends. An idle log and a writer
// that is stuck look the same in the copy, but only the idle log has heartbeats.
import { type EpochOffset, formatEpochs, isContinuation, parseEpochs } from './epoch.ts';
import type { Epochs, Heartbeat } from './source.ts';

const BYTES_MAX = 1_000;

/** Returns the text of a heartbeat: the copy has every event of the log, which ends at the offset. */
export const formatHeartbeat = (offset: number, epochs: Epochs): string =>
  JSON.stringify({ offset, epoch: formatEpochs(epochs) });

/** Parses a heartbeat; undefined for anything else. @param at when it arrived, by the monotonic clock */
export function parseHeartbeat(text: string, at: number): Heartbeat | undefined {
  if (text.length > BYTES_MAX) return undefined;
  try {
    const { offset, epoch } = Object(JSON.parse(text)) as { offset?: unknown; epoch?: unknown };
    const epochs = parseEpochs(epoch);
    return Number.isSafeInteger(offset) && Number(offset) >= 0 && epochs !== undefined
      ? { offset: Number(offset), epochs, at }
      : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a consumer at this place had every event of the log when the heartbeat arrived. */
export const isCompleteBy = (place: EpochOffset, { offset, epochs }: Heartbeat): boolean =>
  place.offset >= offset && isContinuation(place, epochs);
