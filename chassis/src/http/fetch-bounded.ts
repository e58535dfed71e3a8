// Asking another service a question of our own: its whole answer, bounded.

/** An answer that was read whole. */
export interface WholeFetched {
  readonly status: number;
  /** A header field by its lower-case name. */
  readonly header: (name: string) => string | null;
  readonly body: string;
}

export interface FetchWholeOptions {
  readonly maxBytes: number;
  readonly signal: AbortSignal;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The answer's body is larger than it may be. */
export class TooLarge extends Error {
  override readonly name = 'TooLarge';
}

/** @throws TooLarge, and whatever fetch throws; a redirection is a failure */
export async function fetchWhole(
  url: string | URL,
  { maxBytes, signal, headers = {} }: FetchWholeOptions,
): Promise<WholeFetched> {
  const answer = await fetch(url, { headers, redirect: 'error', signal });
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of answer.body ?? []) {
    size += part.length;
    if (size > maxBytes) throw new TooLarge(`the answer is larger than ${maxBytes} bytes`);
    parts.push(part);
  }
  return {
    status: answer.status,
    header: (name) => answer.headers.get(name),
    body: Buffer.concat(parts).toString(),
  };
}
