// HTTP to one upstream: bounds, decodes, names the failure. The only file that knows undici.
import { buildConnector, Pool, type Dispatcher } from 'undici';
import type { Caller, Call, CancelReason } from './call.ts';
import { UpstreamFailure, type FailureKind, type UpstreamName } from './failure.ts';
import { isStaleSocket, kindOfError } from './network-error.ts';
import { readResponse, type ResponseHeaders } from './endpoint.ts';
import type { Endpoint, RawResponse } from './endpoint.ts';
import { headersOf, httpRequestOf, type HttpRequest } from './http-request.ts';

export interface TransportOptions {
  readonly upstream: UpstreamName;
  readonly origin: string;
  readonly connections: number;
  /** A backstop: undici's own timers are coarse. Each attempt has its deadline. */
  readonly backstopMs: number;
}

export interface Transport {
  call<Q, T>(endpoint: Endpoint<Q, T>): Call<Q, T>;
  close(): Promise<void>;
}

const ASKED = { kind: 'miss', collapsed: false } as const;

export function createTransport({
  upstream,
  origin,
  connections,
  backstopMs,
}: TransportOptions): Transport {
  const pool = new Pool(origin, {
    connections,
    pipelining: 1,
    allowH2: false,
    connect: connectorOf(backstopMs),
    headersTimeout: backstopMs,
    bodyTimeout: backstopMs,
    // Below the upstreams' own (15 s), so that we are the one who closes an idle socket.
    keepAliveTimeout: 4_000,
    keepAliveMaxTimeout: 4_000,
    maxHeaderSize: 16_384,
  });

  return {
    call: (endpoint) => async (request, caller) => {
      const httpRequest = httpRequestOf(endpoint, request);
      const send = () => dispatch(pool, upstream, httpRequest, caller);
      // A write may have been done although its connection ended.
      const raw = httpRequest.method === 'GET' ? await resendStale(send, caller) : await send();
      return { value: readResponse(upstream, endpoint, request, raw), via: ASKED };
    },
    close: () => pool.destroy(),
  };
}

/** Connects; and notes on an error of the socket how much that had read, as undici does on its own errors. */
function connectorOf(timeout: number): buildConnector.connector {
  const connect = buildConnector({ timeout, allowH2: false });
  return (options, callback) =>
    connect(options, (...outcome) => {
      const [, socket] = outcome;
      socket?.prependListener('error', (error) =>
        Object.assign(error, { socket: { bytesRead: socket.bytesRead } }),
      );
      callback(...outcome);
    });
}

/** Sends once more when a kept-alive socket turned out to be closed already (RFC 9112, section 9.3.1): for GET only. */
async function resendStale(
  send: () => Promise<RawResponse>,
  { cancellation }: Caller,
): Promise<RawResponse> {
  try {
    return await send();
  } catch (error) {
    const again =
      error instanceof UpstreamFailure && isStaleSocket(error) && !cancellation.cancelled;
    if (!again) throw error;
    return send();
  }
}

/** One request by `dispatch`, which costs three quarters of `request`. Aborted when the caller leaves. */
function dispatch(
  pool: Pool,
  upstream: UpstreamName,
  request: HttpRequest,
  caller: Caller,
): Promise<RawResponse> {
  return new Promise((resolve, reject) => {
    const { method, path, body, maxBytes } = request;
    let status = 0;
    let answerHeaders: ResponseHeaders = {};
    let size = 0;
    const chunks: Buffer[] = [];
    let controller: Dispatcher.DispatchController | undefined;

    let stopListening: (() => void) | undefined;
    const fail = (kind: FailureKind, cause?: unknown): void => {
      stopListening?.();
      reject(new UpstreamFailure(upstream, kind, { cause }));
      controller?.abort(new Error(kind));
    };
    // A time that is over before the request could even be sent was spent on connecting.
    stopListening = caller.cancellation.onCancel((why: CancelReason) =>
      fail(why === 'timeout' && controller === undefined ? 'connect-timeout' : why),
    );
    if (caller.cancellation.cancelled) return;

    pool.dispatch(
      {
        method,
        path,
        ...(body !== undefined && { body }),
        headers: headersOf(request, caller),
      },
      {
        onRequestStart(started) {
          controller = started;
          // It may have waited for a connection for longer than its caller did.
          if (caller.cancellation.cancelled) started.abort(new Error('left'));
        },
        onResponseStart(_controller, statusCode, headers) {
          status = statusCode;
          answerHeaders = headers;
          const encoding = headers['content-encoding'];
          if (encoding !== undefined && encoding !== 'identity') fail('encoding');
          else if (Number(headers['content-length']) > maxBytes) fail('too-large');
        },
        onResponseData(_controller, chunk) {
          size += chunk.length;
          if (size > maxBytes) fail('too-large');
          else chunks.push(chunk);
        },
        onResponseEnd() {
          stopListening?.();
          resolve({
            status,
            headers: answerHeaders,
            body: chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks),
          });
        },
        onResponseError(_controller, error) {
          fail(kindOfError(error, status !== 0), error);
        },
      },
    );
  });
}
