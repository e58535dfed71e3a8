// Headers that say how an answer was made: Cache-Status (RFC 9211), Proxy-Status (RFC 9209), Server-Timing. Pure.
import { proxyMember, type UpstreamFailure } from '../upstream/engine/failure.ts';
import { failureOf, type Fetched, type FailedRung } from './data-source.ts';

type Part = Fetched<unknown>;

/** The worst first: a list with one stale author is a stale answer. */
const ORDER = ['unavailable', 'stale', 'replica', 'miss', 'hit'] as const;
const NONE: readonly FailedRung[] = [];

/** The headers for an answer that was made of these parts, without empty ones. */
export function statusHeaders(fetched: readonly Part[]): Record<string, string> {
  const headers: Record<string, string> = {};
  const cache = cacheStatus(fetched);
  const proxy = proxyStatus(fetched);
  const timing = serverTiming(fetched);
  if (cache !== '') headers['Cache-Status'] = cache;
  if (proxy !== '') headers['Proxy-Status'] = proxy;
  if (timing !== '') headers['Server-Timing'] = timing;
  return headers;
}

/** One member for each kind of entity, for its worst part. */
export function cacheStatus(fetched: readonly Part[]): string {
  const members: string[] = [];
  for (const entity of ['post', 'author'] as const) {
    let worst: Part | undefined;
    for (const part of fetched) {
      if (part.entity === entity && (worst === undefined || isWorse(part, worst))) worst = part;
    }
    if (worst !== undefined) members.push(`${entity}; ${cacheParameters(worst.via)}`);
  }
  return members.join(', ');
}

function isWorse(a: Part, b: Part): boolean {
  if (a.via.kind === 'hit' && b.via.kind === 'hit') return a.via.ttlMs < b.via.ttlMs;
  return ORDER.indexOf(a.via.kind) < ORDER.indexOf(b.via.kind);
}

function cacheParameters(via: Part['via']): string {
  if (via.kind === 'hit') return `hit; ttl=${Math.floor(via.ttlMs / 1000)}`;
  if (via.kind === 'miss') return via.collapsed ? 'fwd=miss; collapsed' : 'fwd=miss';
  if (via.kind === 'replica') return 'fwd=miss; detail=replica';
  return `fwd=${via.kind === 'stale' ? 'stale' : 'miss'}; detail=${detailOf(via.failure)}`;
}

const detailOf = ({ descriptor, receivedStatus }: UpstreamFailure): string =>
  descriptor.proxyError ?? (receivedStatus === undefined ? 'failed' : `status_${receivedStatus}`);

/** One member for each upstream that failed, for its first failure. */
export function proxyStatus(fetched: readonly Part[]): string {
  const failures: UpstreamFailure[] = [];
  const add = (failure: UpstreamFailure | undefined): void => {
    if (failure !== undefined && failures.every(({ upstream }) => upstream !== failure.upstream))
      failures.push(failure);
  };
  for (const part of fetched) {
    add(failureOf(part));
    for (const { failure } of part.tried ?? NONE) add(failure);
  }
  return failures.map(proxyMember).join(', ');
}

/** The milliseconds that this answer waited for each upstream to which a request was sent. */
function serverTiming(fetched: readonly Part[]): string {
  let timing = '';
  for (const upstream of ['social', 'identity'] as const) {
    let slowest = -1;
    for (const part of fetched) {
      if (part.upstream === upstream && wasSent(part)) slowest = Math.max(slowest, part.tookMs);
      for (const rung of part.tried ?? NONE)
        if (rung.upstream === upstream && (rung.failure?.descriptor.sent ?? true))
          slowest = Math.max(slowest, rung.tookMs);
    }
    if (slowest >= 0) timing += `${timing === '' ? '' : ', '}${upstream};dur=${slowest.toFixed(1)}`;
  }
  return timing;
}

function wasSent(part: Part): boolean {
  const { kind } = part.via;
  return kind === 'miss' || kind === 'replica' || (failureOf(part)?.descriptor.sent ?? false);
}
