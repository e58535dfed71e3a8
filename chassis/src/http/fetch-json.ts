// Fetches JSON from another service: the whole body, within a limit.

/** A response that was read whole. */
export interface JsonResponse {
  readonly status: number;
  /** A header field by its lower-case name. */
  readonly header: (name: string) => string | null;
  /** The parsed body; undefined when it is not JSON. */
  readonly body: unknown;
}

export interface FetchJsonOptions {
  /** The largest body, in bytes. */
  readonly maxBytes: number;
  readonly signal: AbortSignal;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The body is larger than the limit. */
export class ResponseTooLarge extends Error {
  override readonly name = 'ResponseTooLarge';
}

/** @throws ResponseTooLarge, and whatever fetch throws; a redirect is a failure */
export async function fetchJson(
  url: string | URL,
  { maxBytes, signal, headers = {} }: FetchJsonOptions,
): Promise<JsonResponse> {
  const response = await fetch(url, { headers, redirect: 'error', signal });
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > maxBytes)
      throw new ResponseTooLarge(`the response is larger than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return {
    status: response.status,
    header: (name) => response.headers.get(name),
    body: parse(Buffer.concat(chunks).toString()),
  };
}

/** The parser's own error quotes what it read, so it goes no further. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
