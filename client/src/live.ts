// Consumes GET /api/live: what concerns the caller, as it happens. An EventSource cannot send `Authorization`, and Node has none.
import { infoOf } from './answer-info.ts';
import type { ClientOptions } from './call.ts';
import { noAnswer, problemOf } from './problems.ts';
import { wait } from './retry.ts';
import type { Problem } from './result.ts';

/** Something that happened; see the contract. A client ignores types that it does not know. */
export type LiveEvent =
  | {
      readonly type: 'post-created' | 'post-changed' | 'post-deleted';
      readonly id: number;
      readonly authorId: number;
    }
  | {
      readonly type: 'friend-requested';
      readonly id: number;
      readonly direction: 'incoming' | 'outgoing';
    }
  | { readonly type: 'friend-accepted' | 'friend-removed'; readonly id: number }
  | { readonly type: 'user-renamed'; readonly id: number; readonly username: string }
  | { readonly type: 'upstream'; readonly name: string; readonly available: boolean }
  /** What was missed is too old or too much: load the screen anew. */
  | { readonly type: 'reset' };

export interface LiveOptions {
  /** Ends the stream. */
  readonly signal: AbortSignal;
  /** Where to go on, from `onId` of an earlier stream; now when left out. */
  readonly lastId?: string;
  /** Called with each new place in the stream, also while nothing happens. */
  readonly onId?: (id: string) => void;
  /** Called when the stream is connected, and with the reason when it is not; it comes back by itself. */
  readonly onState?: (state: 'connected' | Problem) => void;
}

const RETRY_MS = 2_000;
const RETRY_MAX_MS = 30_000;
/** The stream is silent for at most 15 s; after so long it is dead. */
const SILENCE_MS = 45_000;

/**
 * Yields events until `signal` aborts, or until the caller has no session; comes back after every other end, and misses nothing.
 */
export async function* liveEvents(
  { baseUrl = '', headers = {}, fetch = (request) => globalThis.fetch(request) }: ClientOptions,
  { signal, lastId: first, onId, onState }: LiveOptions,
): AsyncGenerator<LiveEvent, void> {
  let lastId = first;
  let retryMs = RETRY_MS;
  for (let failures = 0; !signal.aborted;) {
    const silence = new AbortController();
    const listen = AbortSignal.any([signal, silence.signal]);
    let delayMs = retryMs;
    try {
      const place = lastId === undefined ? {} : { 'Last-Event-ID': lastId };
      const request = new Request(`${baseUrl}/api/live`, {
        headers: { Accept: 'text/event-stream', ...headers, ...place },
        credentials: 'same-origin',
        signal: listen,
      });
      const response = await fetch(request);
      if (!response.ok) {
        onState?.(problemOf(await response.json().catch(() => undefined), response));
        if (response.status === 401 || response.status === 403) return;
        failures += 1;
        const { retryAfterMs = 0 } = infoOf(response, 1, 0);
        delayMs = Math.max(retryAfterMs, Math.min(RETRY_MAX_MS, retryMs * 2 ** failures));
      } else {
        failures = 0;
        onState?.('connected');
        for await (const block of blocksOf(response.body!, () => silence.abort())) {
          const { id, retry, event, data } = fieldsOf(block);
          if (retry !== undefined) retryMs = Number(retry);
          if (id !== undefined) {
            lastId = id;
            onId?.(id);
          }
          if (event !== undefined) yield { type: event, ...JSON.parse(data ?? '{}') } as LiveEvent;
        }
        delayMs = retryMs;
      }
    } catch (error) {
      if (signal.aborted) return;
      failures += 1;
      delayMs = Math.min(RETRY_MAX_MS, retryMs * 2 ** failures);
      onState?.(noAnswer(error));
    }
    await wait(delayMs, signal).catch(() => undefined);
  }
}

/** The blocks of a stream, which blank lines part. @param onSilence called when nothing comes for too long */
async function* blocksOf(
  body: ReadableStream<Uint8Array>,
  onSilence: () => void,
): AsyncGenerator<string, void> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let text = '';
  let timer = setTimeout(onSilence, SILENCE_MS);
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      clearTimeout(timer);
      timer = setTimeout(onSilence, SILENCE_MS);
      const blocks = (text + decoder.decode(value, { stream: true })).split('\n\n');
      text = blocks.pop()!;
      yield* blocks;
    }
  } finally {
    clearTimeout(timer);
    await reader.cancel().catch(() => undefined);
  }
}

const fieldsOf = (block: string): Partial<Record<'id' | 'retry' | 'event' | 'data', string>> =>
  Object.fromEntries(
    block
      .split('\n')
      .map((line) => /^(\w+): ?(.*)$/.exec(line))
      .filter((match) => match !== null)
      .map(([, name, value]) => [name, value]),
  );
