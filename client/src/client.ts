// The client: one method for each HTTP method. A call returns data or a problem, and throws only when it is cancelled.
import createFetchClient from 'openapi-fetch';
import type { HttpMethod } from 'openapi-typescript-helpers';
import { infoOf, type AnswerInfo } from './answer-info.ts';
import type { CallOptions, Client, ClientOptions } from './call.ts';
import type { paths } from './generated/gateway.ts';
import { noAnswer, problemOf } from './problems.ts';
import { delayAfter, wait } from './retry.ts';
import type { Degraded, Problem } from './result.ts';

interface AnyInit extends CallOptions {
  readonly params?: { readonly path?: object; readonly query?: object; readonly header?: object };
  readonly body?: unknown;
}
/** openapi-fetch without the types of operations, which the calls above have. */
type Send = (
  method: string,
  path: string,
  init: object,
) => Promise<{ data?: unknown; error?: unknown; response: Response }>;

/** Makes a client. It holds no connection and no session: cookies are the browser's. */
export function createClient({
  baseUrl = '',
  headers = {},
  fetch = (request) => globalThis.fetch(request),
  retries = 2,
  maxWaitMs = 5000,
  timeoutMs = 15_000,
  onAnswer,
}: ClientOptions = {}): Client {
  const http = createFetchClient<paths>({
    baseUrl,
    fetch,
    credentials: 'same-origin',
    querySerializer: { array: { style: 'form', explode: false } },
  });
  const send = http.request as unknown as Send;

  async function attempt(method: string, path: string, init: object, signal?: AbortSignal) {
    const limit = AbortSignal.timeout(timeoutMs);
    try {
      const { data, error, response } = await send(method, path, {
        ...init,
        signal: signal === undefined ? limit : AbortSignal.any([signal, limit]),
      });
      return { data, response, problem: response.ok ? undefined : problemOf(error, response) };
    } catch (error) {
      signal?.throwIfAborted();
      return { data: undefined, response: undefined, problem: noAnswer(error) };
    }
  }

  async function call(method: HttpMethod, path: string, init: AnyInit = {}): Promise<unknown> {
    const { signal, idempotencyKey, retries: limit = retries, params = {}, body } = init;
    const hasKey = method === 'post' && path === '/api/posts';
    const key = hasKey && { 'Idempotency-Key': idempotencyKey ?? crypto.randomUUID() };
    const request = {
      params,
      headers: { ...headers, ...key },
      ...(body !== undefined && { body }),
    };
    const startedAt = performance.now();
    for (let number = 1; ; number += 1) {
      const { data, response, problem } = await attempt(
        method.toUpperCase(),
        path,
        request,
        signal,
      );
      const info = infoOf(response, number, performance.now() - startedAt);
      const delay =
        problem === undefined || number > limit
          ? undefined
          : delayAfter({ method, hasKey, ...info, number }, maxWaitMs);
      if (delay === undefined) {
        const degraded = degradedOf(data);
        const shown = { method, path: filled(path, params.path), degraded, info };
        onAnswer?.(problem === undefined ? shown : { ...shown, problem });
        return resultOf(data, degraded, problem, info);
      }
      await wait(delay, signal);
    }
  }

  const of = (method: HttpMethod) =>
    ((path: string, init?: AnyInit) => call(method, path, init)) as unknown;
  return {
    get: of('get'),
    post: of('post'),
    put: of('put'),
    patch: of('patch'),
    delete: of('delete'),
  } as Client;
}

const resultOf = (
  data: unknown,
  degraded: readonly Degraded[],
  problem: Problem | undefined,
  info: AnswerInfo,
): object =>
  problem === undefined ? { ok: true, data, degraded, info } : { ok: false, problem, info };

const degradedOf = (data: unknown): readonly Degraded[] =>
  (data as { degraded?: readonly Degraded[] } | undefined)?.degraded ?? [];

const filled = (path: string, values: object = {}): string =>
  Object.entries(values).reduce(
    (text, [name, value]) => text.replace(`{${name}}`, String(value)),
    path,
  );
