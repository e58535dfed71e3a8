// Problems, from answers and from attempts without an answer.
import type { LocalProblem, Problem } from './result.ts';

/** The problem of an attempt that got no answer. */
export const noAnswer = (error: unknown): LocalProblem => ({
  type: 'urn:social-network:client:no-answer',
  title: 'No answer',
  status: 0,
  detail: error instanceof Error ? error.message : String(error),
});

/** The problem of an answer that is no success. */
export function problemOf(error: unknown, { status }: Response): Problem {
  const { type } = (error ?? {}) as Partial<Problem>;
  if (type?.startsWith('urn:social-network:problem:')) return error as Problem;
  return {
    type: 'urn:social-network:client:unexpected-answer',
    title: 'Unexpected answer',
    status,
    detail: `The answer with status ${status} is not in the contract`,
  };
}
