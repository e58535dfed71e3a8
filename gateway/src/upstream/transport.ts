// HTTP to one upstream: bounds, decodes, names the failure. The only file that knows undici.
import { Pool, type Dispatcher } from 'undici';
import type { Caller, Call, Leaving } from './call.ts';
import { kindOfStatus, UpstreamFailure, type FailureKind, type UpstreamName } from './failure.ts';
import type { Operation } from './operation.ts';
import { kindOfError } from './network-error.ts';

export interface TransportOptions {
  readonly upstream: UpstreamName;
  readonly origin: string;
  readonly connections: number;
  /** A backstop: undici's own timers are coarse. Each attempt has its deadline. */
  readonly backstopMs: number;
}

export interface Transport {
  readonly upstream: UpstreamName;
  call<Q, T>(operation: Operation<Q, T>): Call<Q, T>;
  close(): Promise<void>;
}

interface RawAnswer {
  readonly status: number;
  readonly body: Buffer;
}

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
    connect: { timeout: backstopMs },
    headersTimeout: backstopMs,
    bodyTimeout: backstopMs,
    // Below the upstreams' own (15 s), so that we are the one who closes an idle socket.
    keepAliveTimeout: 4_000,
    maxHeaderSize: 16_384,
  });

  return {
    upstream,
    call: (operation) => async (question, caller) => {
      const target = operation.target(question);
      const raw = await get(pool, upstream, target, caller, operation.maxBytes(question));
      const read = operation.answers[raw.status];
      if (read === undefined)
        throw new UpstreamFailure(upstream, kindOfStatus(raw.status), { status: raw.status });
      const result = read(parse(raw.body), question);
      if (result === undefined) throw new UpstreamFailure(upstream, 'nonsense');
      return { value: result.value, via: { kind: 'miss', collapsed: false } };
    },
    close: () => pool.destroy(),
  };
}

/** undefined for what is no JSON; no contract allows it. */
function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    return undefined;
  }
}

/** Sends a GET; once more when a kept-alive socket turned out to be closed already (RFC 9112, section 9.3.1). */
async function get(
  pool: Pool,
  upstream: UpstreamName,
  path: string,
  caller: Caller,
  maxBytes: number,
): Promise<RawAnswer> {
  const send = (): Promise<RawAnswer> => dispatch(pool, upstream, path, caller, maxBytes);
  try {
    return await send();
  } catch (error) {
    const stale =
      error instanceof UpstreamFailure && error.kind === 'terminated' && !caller.presence.left;
    if (!stale) throw error;
    return send();
  }
}

/** One request by `dispatch`, which costs three quarters of `request`. Aborted when the caller leaves. */
function dispatch(
  pool: Pool,
  upstream: UpstreamName,
  path: string,
  caller: Caller,
  maxBytes: number,
): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    let status = 0;
    let size = 0;
    const chunks: Buffer[] = [];
    let controller: Dispatcher.DispatchController | undefined;

    let stopListening: (() => void) | undefined;
    const fail = (kind: FailureKind, cause?: unknown): void => {
      stopListening?.();
      reject(new UpstreamFailure(upstream, kind, { cause }));
      controller?.abort(new Error(kind));
    };
    stopListening = caller.presence.onLeave((why: Leaving) => fail(why));
    if (caller.presence.left) return;

    pool.dispatch(
      {
        method: 'GET',
        path,
        headers: {
          accept: 'application/json',
          'accept-encoding': 'identity',
          'x-request-id': caller.requestId,
          traceparent: caller.traceparent,
        },
      },
      {
        onRequestStart(started) {
          controller = started;
          // It may have waited for a connection for longer than its caller did.
          if (caller.presence.left) started.abort(new Error('left'));
        },
        onResponseStart(_controller, statusCode, headers) {
          status = statusCode;
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
          resolve({ status, body: chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks) });
        },
        onResponseError(_controller, error) {
          fail(kindOfError(error, status !== 0), error);
        },
      },
    );
  });
}
