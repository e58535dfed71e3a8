// Fetches JSON from another service: the complete body, within a size limit.

/** A response with its complete body. */
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

/** @throws ResponseTooLarge, and errors of fetch; a redirect is an error */
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

/** Parses JSON; undefined when it is not well-formed. The parser's error quotes its input, so it is not passed on. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
