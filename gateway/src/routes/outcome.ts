// From what an upstream made of a command, or of a private request, to what the client hears.
import { Problem, problems } from 'chassis/http/problem';
import type { Result } from '../upstream/outcome.ts';

/** What our own contract promises with a status, should the upstream not have sent it. */
const PROMISED: Readonly<Record<number, Readonly<Record<string, string>>>> = {
  401: { 'WWW-Authenticate': 'Bearer' },
  429: { 'Retry-After': '1' },
  503: { 'Retry-After': '1' },
};

/** What was done. @throws Problem when the upstream said no: in its own words */
export function unwrap<T>(outcome: Result<T>): T {
  if ('ok' in outcome) return outcome.ok;
  const { slug, detail, errors } = outcome.rejected;
  const { status } = problems[slug];
  throw new Problem(slug, detail, {
    headers: { ...PROMISED[status], ...outcome.headers },
    ...(errors && { errors }),
  });
}
