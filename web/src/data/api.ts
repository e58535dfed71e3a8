// The client, and what it learned: every answer for the panel "how was this answered?".
import { signal } from '@preact/signals';
import { createClient, type Answer, type Problem, type Result, type AnswerInfo } from 'client';
import { clearViewer } from './viewer.ts';

/** An answer with a number of its own, newest first in `answers`. */
export interface NumberedAnswer extends Answer {
  readonly number: number;
  readonly at: Date;
}

const MAX_ANSWERS = 30;

export const answers = signal<readonly NumberedAnswer[]>([]);
let count = 0;

export const api = createClient({
  onAnswer(answer) {
    count += 1;
    answers.value = [{ ...answer, number: count, at: new Date() }, ...answers.value].slice(
      0,
      MAX_ANSWERS,
    );
    if (isLoggedOut(answer.problem)) clearViewer();
  },
});

const isLoggedOut = (problem: Problem | undefined): boolean =>
  problem?.type === 'urn:social-network:problem:unauthenticated';

/** A problem, thrown for the query cache. */
export class ApiError extends Error {
  readonly problem: Problem;
  readonly info: AnswerInfo;

  constructor(problem: Problem, info: AnswerInfo) {
    super(problem.detail);
    this.problem = problem;
    this.info = info;
  }

  /** Whether the same request may succeed later: no network, overload, or an upstream that is away. */
  get isTemporary(): boolean {
    return [0, 429, 502, 503, 504].includes(this.problem.status);
  }

  is(slug: string): boolean {
    return this.problem.type === `urn:social-network:problem:${slug}`;
  }
}

/** Returns the result's data. @throws ApiError */
export async function dataOf<Endpoint>(call: Promise<Result<Endpoint>>) {
  const result = await call;
  if (result.ok) return result.data;
  throw new ApiError(result.problem, result.info);
}
