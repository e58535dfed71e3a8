// The types of the client: its options, and a method for each HTTP method, typed by the contract.
import type { MaybeOptionalInit } from 'openapi-fetch';
import type { HttpMethod, PathsWithMethod, RequiredKeysOf } from 'openapi-typescript-helpers';
import type { paths } from './generated/gateway.ts';
import type { Answer, Result } from './result.ts';

export interface ClientOptions {
  /** The origin of the gateway; the page's own when left out, which Node needs. */
  readonly baseUrl?: string;
  /** Headers of every request, such as `Authorization`. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly fetch?: (request: Request) => Promise<Response>;
  /** How often a request that may be repeated is sent again; 2 when left out. */
  readonly retries?: number;
  /** The longest `Retry-After` that is waited for, in milliseconds; 5000 when left out. */
  readonly maxWaitMs?: number;
  /** Limit for one attempt, in milliseconds; 15,000 when left out. */
  readonly timeoutMs?: number;
  /** Sees every result. */
  readonly onAnswer?: (answer: Answer) => void;
}

/** Options of one call, beside its parameters and body. */
export interface CallOptions {
  /** Cancels the call: it then throws the signal's reason. */
  readonly signal?: AbortSignal;
  /** Names a new post. Made when left out; give the same key to repeat a call whose outcome is unknown. */
  readonly idempotencyKey?: string;
  readonly retries?: number;
}

type Init<Path extends keyof paths, Method extends HttpMethod> =
  NonNullable<MaybeOptionalInit<paths[Path], Method & keyof paths[Path]>> extends infer I
    ? Pick<I, Extract<keyof I, 'params' | 'body'>> & CallOptions
    : never;
type Args<I> = RequiredKeysOf<I & object> extends never ? [init?: I] : [init: I];

/** Sends one kind of request. */
export type Call<Method extends HttpMethod> = <Path extends PathsWithMethod<paths, Method>>(
  path: Path,
  ...args: Args<Init<Path, Method>>
) => Promise<Result<paths[Path][Method]>>;

export interface Client {
  readonly get: Call<'get'>;
  readonly post: Call<'post'>;
  readonly put: Call<'put'>;
  readonly patch: Call<'patch'>;
  readonly delete: Call<'delete'>;
}
