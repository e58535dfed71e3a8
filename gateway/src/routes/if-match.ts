// If-Match of a client names an ETag of the gateway; a service knows only its own. The service stays the judge: it
// compares and writes in one step, and a 403 or 404 comes before a 412.
import { conditionOf } from 'chassis/http/validators';
import type { Request } from 'express';
import type { UpstreamFailure } from '../upstream/engine/failure.ts';

/** A resource as it is now. */
export interface CurrentState {
  /** The body of a GET at the gateway. */
  readonly body: unknown;
  /** The ETag at the service. */
  readonly etag: string;
  /** Why the body may not be what a GET would answer. */
  readonly failure?: UpstreamFailure | undefined;
}

/** Matches no ETag: those of our services are hashes. */
const OUTDATED = '"outdated"';

/**
 * The If-Match for the service, undefined for a write without a condition.
 * @param load returns undefined for a resource that does not exist
 * @throws UpstreamFailure when the state is not known, and what `load` throws
 */
export async function ifMatchFor(
  req: Request,
  load: () => Promise<CurrentState | undefined>,
): Promise<string | undefined> {
  const isCurrent = conditionOf(req);
  if (isCurrent === undefined) return undefined;
  const current = await load();
  if (current === undefined) return OUTDATED;
  if (isCurrent(current.body)) return current.etag;
  if (current.failure !== undefined) throw current.failure;
  return OUTDATED;
}
