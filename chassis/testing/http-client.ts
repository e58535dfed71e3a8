// An HTTP client that returns a response completely, over a connection of its own.
import { request as send, type Agent, type IncomingHttpHeaders } from 'node:http';

export interface HttpResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** The text as JSON; undefined when it is not JSON. */
  readonly body: unknown;
  /** Milliseconds from the start of the request to the end of the response. */
  readonly ms: number;
}

export interface RequestOptions {
  /** GET when left out. */
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly json?: unknown;
  /** Sent as it is. */
  readonly text?: string;
  /** Aborting it closes the connection. */
  readonly signal?: AbortSignal;
  /** Keeps connections for later requests; without it, each request has a connection of its own. */
  readonly agent?: Agent;
}

/** Sends a request and waits for the complete response. @throws when there is none */
export function request(url: string, options: RequestOptions = {}): Promise<HttpResponse> {
  const { method = 'GET', signal, agent, json, text: sent = JSON.stringify(json) } = options;
  const headers = { ...bodyHeaders(sent, json !== undefined), ...options.headers };
  const start = performance.now();
  return new Promise((resolve, reject) => {
    const outgoing = send(
      url,
      { method, headers, agent: agent ?? false, ...(signal && { signal }) },
      (res) => {
        let text = '';
        res.setEncoding('utf8');
        res.on('data', (chunk: string) => (text += chunk));
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

/** Sends a request and returns the JSON of the response. @throws when the status is no success */
export async function requestJson<T>(url: string, options?: RequestOptions): Promise<T> {
  const { status, text, body } = await request(url, options);
  if (status < 200 || status > 299)
    throw new Error(`${options?.method ?? 'GET'} ${new URL(url).pathname}: ${status} ${text}`);
  return body as T;
}

/** Sends a request that the client can abort. */
export function abortableRequest(url: string, options: Omit<RequestOptions, 'signal'> = {}) {
  const controller = new AbortController();
  const response = request(url, { ...options, signal: controller.signal });
  return {
    response,
    async abort(): Promise<void> {
      controller.abort();
      await response.catch(() => undefined);
    },
  };
}

/** Sends a request to one origin. */
export type Client = (path: string, options?: RequestOptions) => Promise<HttpResponse>;

/** Lists how a response breaks its OpenAPI document, one line each: contracts' `conformance(document)`. */
export type Conformance = (exchange: {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: unknown;
}) => readonly string[];

/** Makes a client of `origin`. It throws when a response breaks the document. */
export function clientOf(origin: string, violations: Conformance): Client {
  return async (path, options = {}) => {
    const response = await request(origin + path, options);
    const { method = 'GET' } = options;
    const { status, headers, body = response.text } = response;
    const found = violations({ method, path, status, headers, body });
    if (found.length > 0) throw new Error(`A response breaks its document:\n${found.join('\n')}`);
    return response;
  };
}
