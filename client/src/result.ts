// The types of results. All of them are derived from the contract; only the local problems are ours.
import type { ErrorResponse, ResponseObjectMap, SuccessResponse } from 'openapi-typescript-helpers';
import type { AnswerInfo } from './answer-info.ts';
import type { components } from './generated/gateway.ts';

/** The contract's schemas by name, such as `Schemas['Post']`. */
export type Schemas = components['schemas'];

/** One missing or replaced part of a degraded answer. */
export type Degraded = Schemas['DegradedPart'];

/** What an operation answers when it succeeds; undefined for 204. */
export type DataOf<Endpoint> =
  Endpoint extends Record<string | number, unknown>
    ? SuccessResponse<ResponseObjectMap<Endpoint>, 'application/json'>
    : never;

/** A problem that no server sent: the request got no answer, or one that is none of this API's. */
export interface LocalProblem {
  /**
   * `no-answer`: no network, no server, or `timeoutMs` is over; a write may have happened. `unexpected-answer`: an
   * answer that is not in the contract, for example from a proxy.
   */
  readonly type:
    'urn:social-network:client:no-answer' | 'urn:social-network:client:unexpected-answer';
  readonly title: string;
  /** 0 for `no-answer`. */
  readonly status: number;
  readonly detail: string;
  readonly errors?: never;
}

/** The problems that an operation can answer, told apart by `type`, and the local ones. */
export type ProblemOf<Endpoint> =
  | (Endpoint extends Record<string | number, unknown>
      ? ErrorResponse<ResponseObjectMap<Endpoint>, 'application/problem+json'>
      : never)
  | LocalProblem;

/** Any problem, when the operation does not matter. */
export type Problem = Schemas['Problem'] | LocalProblem;

/** The result of a call: `ok` tells data from problem. */
export type Result<Endpoint> =
  | {
      readonly ok: true;
      readonly data: DataOf<Endpoint>;
      /** What is missing from the data, or not fresh; empty for a complete answer. */
      readonly degraded: readonly Degraded[];
      readonly info: AnswerInfo;
    }
  | { readonly ok: false; readonly problem: ProblemOf<Endpoint>; readonly info: AnswerInfo };

/** A result without the types of its operation, as `onAnswer` gets it. */
export interface Answer {
  readonly method: string;
  /** The path with its parameters filled in, without the query. */
  readonly path: string;
  readonly problem?: Problem;
  readonly degraded: readonly Degraded[];
  readonly info: AnswerInfo;
}
