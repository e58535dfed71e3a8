// Epochs of a log: names of its history. A log begins a new epoch when its database has another history, as after a restore
// or the promotion of a standby. Offsets of two histories cannot be compared, except up to the point where they part.
import { type Epoch, type Epochs, type Events, SourceError, UnknownOffset } from './source.ts';

export type { Epoch, Epochs };

/** An offset, and the epoch that it belongs to: only both together are a place in one history. */
export interface EpochOffset {
  /** All events up to this offset are applied. */
  readonly offset: number;
  /** The id of the epoch that has the event at this offset; undefined when it is not known. */
  readonly epoch?: string | undefined;
  /** The `time` of the event at this offset; undefined when it is not known. */
  readonly time?: string | undefined;
}

/** The log does not continue our offset: it is another log, or the events at our offset are lost in it. */
export class OtherEpoch extends SourceError {
  override readonly name = 'OtherEpoch';
  /** The id of the log's newest epoch. */
  readonly current: string;

  constructor(current: string) {
    super(`the log has another history: its epoch ${current} does not continue our offset`);
    this.current = current;
  }
}

const EPOCH = /^([0-9a-f]{16}):(0|[1-9]\d{0,15})$/;

/** Parses epochs as on the wire: `id:offset`, oldest first, separated by commas. Undefined for anything else. */
export function parseEpochs(text: unknown): Epochs | undefined {
  if (typeof text !== 'string') return undefined;
  const epochs = text.split(',').map((part) => {
    const [, id = '', offset] = EPOCH.exec(part) ?? [];
    return { id, beganAfter: Number(offset) };
  });
  const isValid = ({ beganAfter }: Epoch, index: number): boolean =>
    Number.isSafeInteger(beganAfter) && beganAfter >= (epochs[index - 1]?.beganAfter ?? 0);
  return epochs.every(isValid) ? epochs : undefined;
}

export const formatEpochs = (epochs: Epochs): string =>
  epochs.map(({ id, beganAfter }) => `${id}:${beganAfter}`).join();

/** Returns the id of the epoch that has the event at an offset. */
export const epochAt = (epochs: Epochs, offset: number): string =>
  (epochs.findLast(({ beganAfter }) => beganAfter < offset) ?? epochs[0]!).id;

/**
 * Tells whether a log continues an offset: that everything up to it is in the log, too, as it was consumed. An unknown epoch on
 * either side proves nothing, and is accepted: the other side, or what was stored, is from an older release.
 * @param epochs the epochs of the log; undefined when they are not known
 */
export function isContinuation(
  { offset, epoch }: EpochOffset,
  epochs: Epochs | undefined,
): boolean {
  if (epoch === undefined || epochs === undefined || offset === 0) return true;
  const index = epochs.findIndex(({ id }) => id === epoch);
  const next = epochs[index + 1];
  return index >= 0 && (next === undefined || offset <= next.beganAfter);
}

/**
 * Requires that a batch comes from a log that continues an offset.
 * @throws OtherEpoch when the log has another history; UnknownOffset when it has another event at the offset, as after the
 *   restore of a copy of files, which has the epochs of the original
 */
export function requireContinuation(
  start: EpochOffset,
  { epochs, timeAtStart }: Pick<Events, 'epochs' | 'timeAtStart'>,
): void {
  if (!isContinuation(start, epochs)) throw new OtherEpoch(epochs!.at(-1)!.id);
  if (start.time !== undefined && timeAtStart !== undefined && start.time !== timeAtStart)
    throw new UnknownOffset('the log has another event at this offset than the one that was read');
}

/** Returns the offset after a batch. @param before the offset where it was read: it has what the batch does not name */
export function offsetAfter(
  { events, nextOffset, epochs }: Events,
  before: EpochOffset,
): EpochOffset {
  const { id, time: lastTime } = (events.at(-1) ?? {}) as { id?: unknown; time?: unknown };
  const known = nextOffset === before.offset ? before.time : undefined;
  const time = id === String(nextOffset) && typeof lastTime === 'string' ? lastTime : known;
  // A log of an older release names no epochs.
  const epoch = epochs === undefined ? before.epoch : epochAt(epochs, nextOffset);
  return { offset: nextOffset, epoch, time };
}
