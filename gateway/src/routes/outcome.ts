// From what an upstream made of a command, or of a private question, to what the client hears.
import { Problem } from 'chassis/problem';
import type { Outcome } from '../upstream/outcome.ts';

/** What was done. @throws Problem when the upstream said no: in its own words */
export function accepted<T>(outcome: Outcome<T>): T {
  if ('done' in outcome) return outcome.done;
  const { slug, detail, errors } = outcome.refused;
  throw new Problem(slug, detail, { headers: outcome.headers, ...(errors && { errors }) });
}
