// A page of messages from a JetStream stream, as events.
import type { JsMsg } from '@nats-io/jetstream';
import { type Epochs, parseEpochs } from '../epoch.ts';
import { parseOffset } from '../source.ts';
import { OFFSET_HEADER } from './start-sequence.ts';

const REQUEST_MS = 2_000;

export interface StreamPage {
  readonly events: readonly unknown[];
  /** Offset of the last event; undefined when there is none. */
  readonly lastOffset: number | undefined;
  /** The epochs that the last event names, or else the newest of the stream; undefined when none are named. */
  readonly epochs: Epochs | undefined;
  /** In the first page, `time` of the event at the offset where reading began; undefined when it is not known. */
  readonly timeAtStart: string | undefined;
  /** Whether the stream has no more messages. */
  readonly atEnd: boolean;
  readonly acknowledge: () => Promise<void>;
}

/** Makes a page of messages. */
export function pageOf(
  messages: readonly JsMsg[],
  atEnd: boolean,
): Omit<StreamPage, 'timeAtStart'> {
  const offsets = messages.map(({ headers }) => parseOffset(headers?.get(OFFSET_HEADER)));
  const events = messages.map(eventOf);
  return {
    events,
    epochs: epochsOf(events),
    lastOffset: offsets.findLast((offset) => offset !== undefined),
    atEnd,
    acknowledge: async () => void (await messages.at(-1)?.ackAck({ timeout: REQUEST_MS })),
  };
}

/** Returns the epochs that the last of the events names. */
export function epochsOf(events: readonly unknown[]): Epochs | undefined {
  for (const event of events.toReversed()) {
    const epochs = parseEpochs((event as { epoch?: unknown } | null)?.epoch);
    if (epochs !== undefined) return epochs;
  }
  return undefined;
}

/** Returns the `time` of an event. */
export function timeOf(event: unknown): string | undefined {
  const { time } = (event ?? {}) as { time?: unknown };
  return typeof time === 'string' ? time : undefined;
}

/** Parses an event. Text that is not JSON is passed on as a string: the consumer finds it invalid. */
export function eventOf(message: Pick<JsMsg, 'string'>): unknown {
  const text = message.string();
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
