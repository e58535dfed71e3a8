// Sends requests to one upstream: limits sizes, parses, classifies failures.
import { asRetry, type Caller, type Call, type CancelReason } from '../call.ts';
import { openPool, type DispatchController, type Pool, type PoolOptions } from './connections.ts';
import { UpstreamFailure, type FailureKind, type UpstreamName } from '../failure.ts';
import { isStaleSocket, kindOfError } from './network-error.ts';
import { readResponse, type ResponseHeaders } from '../endpoint.ts';
import type { Endpoint, RawResponse } from '../endpoint.ts';
import { headersOf, httpRequestOf, type HttpRequest } from './http-request.ts';

export interface TransportOptions extends PoolOptions {
  readonly upstream: UpstreamName;
}

export interface Transport {
  call<Q, T>(endpoint: Endpoint<Q, T>): Call<Q, T>;
  close(): Promise<void>;
}

const MISS = { kind: 'miss', collapsed: false } as const;

export function createTransport({ upstream, ...options }: TransportOptions): Transport {
  const pool = openPool(options);
  return {
    call: (endpoint) => async (request, caller) => {
      const httpRequest = httpRequestOf(endpoint, request);
      const send = (by: Caller) => dispatch(pool, upstream, httpRequest, by);
      // A write may be done although its connection ended, so it is never sent again.
      const raw =
        httpRequest.method === 'GET' ? await resendIfStale(send, caller) : await send(caller);
      caller.span?.set({ 'http.response.status_code': raw.status });
      return { value: readResponse(upstream, endpoint, request, raw), via: MISS };
    },
    close: () => pool.destroy(),
  };
}

/** Sends again when a kept-alive socket turns out to be closed already (RFC 9112, section 9.3.1). For GET only. */
async function resendIfStale(
  send: (by: Caller) => Promise<RawResponse>,
  caller: Caller,
): Promise<RawResponse> {
  try {
    return await send(caller);
  } catch (error) {
    const again =
      error instanceof UpstreamFailure && isStaleSocket(error) && !caller.cancellation.cancelled;
    if (!again) throw error;
    caller.span?.event('resent on a new connection');
    return send(asRetry(caller));
  }
}

/** Uses undici's `dispatch`, which costs three quarters of its `request`. Aborts when the caller is cancelled. */
function dispatch(
  pool: Pool,
  upstream: UpstreamName,
  request: HttpRequest,
  caller: Caller,
): Promise<RawResponse> {
  return new Promise((resolve, reject) => {
    const { method, path, body, maxBytes } = request;
    let status = 0;
    let responseHeaders: ResponseHeaders = {};
    let size = 0;
    const chunks: Buffer[] = [];
    let controller: DispatchController | undefined;

    let removeListener: (() => void) | undefined;
    const fail = (kind: FailureKind, cause?: unknown): void => {
      removeListener?.();
      reject(new UpstreamFailure(upstream, kind, { cause }));
      controller?.abort(new Error(kind));
    };
    // A deadline that passes before the request is sent was spent on connecting.
    removeListener = caller.cancellation.onCancel((reason: CancelReason) =>
      fail(reason === 'timeout' && controller === undefined ? 'connect-timeout' : reason),
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
          // The caller may have been cancelled while the request waited for a connection.
          if (caller.cancellation.cancelled) started.abort(new Error('left'));
        },
        onResponseStart(_controller, statusCode, headers) {
          status = statusCode;
          responseHeaders = headers;
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
          removeListener?.();
          resolve({
            status,
            headers: responseHeaders,
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
