// A client on a real socket that shows an answer to the last byte.
import { request, type Agent, type IncomingHttpHeaders } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';

/** An answer as the client got it. */
export interface Heard {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** The text as JSON; undefined when it is none. */
  readonly body: unknown;
  /** From sending the request to the end of the answer. */
  readonly ms: number;
}

export interface Asking {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly json?: unknown;
  /** Sent as it is. */
  readonly text?: string;
  /** Aborting it hangs up. */
  readonly signal?: AbortSignal;
  /** Keeps connections for the next request; a new connection each time when left out. */
  readonly agent?: Agent;
}

/** Asks and waits for the whole answer. @throws when there is none. */
export function ask(url: string, asking: Asking = {}) {
  const { method = 'GET', signal, agent, json, text: sent = JSON.stringify(json) } = asking;
  const headers = { ...bodyHeaders(sent, json !== undefined), ...asking.headers };
  const start = performance.now();
  return new Promise<Heard>((resolve, reject) => {
    const outgoing = request(
      url,
      { method, headers, agent: agent ?? false, ...(signal && { signal }) },
      (res) => {
        let text = '';
        res.setEncoding('utf8');
        res.on('data', (part: string) => (text += part));
        res.on('error', reject);
        res.on('end', () =>
          resolve({
            status: res.statusCode ?? 0,
            headers: res.headers,
            text,
            body: parsed(text),
            ms: performance.now() - start,
          }),
        );
      },
    );
    outgoing.on('error', reject).end(sent);
  });
}

const bodyHeaders = (sent: string | undefined, isJson: boolean): Record<string, string> => ({
  ...(sent !== undefined && { 'Content-Length': String(Buffer.byteLength(sent)) }),
  ...(isJson && { 'Content-Type': 'application/json' }),
});

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A request whose client can hang up. */
export function askAndMayLeave(url: string, asking: Omit<Asking, 'signal'> = {}) {
  const controller = new AbortController();
  const answer = ask(url, { ...asking, signal: controller.signal });
  return {
    answer,
    async leave(): Promise<void> {
      controller.abort();
      await answer.catch(() => undefined);
    },
  };
}

/**
 * Waits until `check` gives something other than undefined or false, and gives that back.
 * For what cannot be awaited: a state on the other side of a socket. @throws after `limitMs`.
 */
export async function until<T>(
  what: string,
  check: () => T | undefined | false | Promise<T | undefined | false>,
  limitMs = 4000,
): Promise<T> {
  const end = performance.now() + limitMs;
  for (;;) {
    const found = await check();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > end) throw new Error(`waited ${limitMs} ms in vain until ${what}`);
    await pause(5);
  }
}
