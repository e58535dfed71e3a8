// Turns the result of a command, or of a private query, into a value or a problem.
import { Problem, problems } from 'chassis/http/problem';
import type { Result } from '../upstream/result.ts';

/** Headers that our contract promises with a status, in case the upstream did not send them. */
const PROMISED: Readonly<Record<number, Readonly<Record<string, string>>>> = {
  401: { 'WWW-Authenticate': 'Bearer' },
  429: { 'Retry-After': '1' },
  503: { 'Retry-After': '1' },
};

/** The value of an `ok` result. @throws Problem for a `rejected` one, in the upstream's own words */
export function unwrap<T>(result: Result<T>): T {
  if ('ok' in result) return result.ok;
  const { slug, detail, errors } = result.rejected;
  const { status } = problems[slug];
  throw new Problem(slug, detail, {
    headers: { ...PROMISED[status], ...result.headers },
    ...(errors && { errors }),
  });
}
