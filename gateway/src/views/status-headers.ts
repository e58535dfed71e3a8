// What an answer says about itself: Cache-Status (RFC 9211), Proxy-Status (RFC 9209), Server-Timing. Pure.
import { proxyMember, type UpstreamFailure } from '../upstream/engine/failure.ts';
import { failureOf, type Fetched, type FailedRung } from './data-source.ts';

type Look = Fetched<unknown>;

/** The worst comes first: a list with one stale author is a stale answer. */
const ORDER = ['unavailable', 'stale', 'replica', 'miss', 'hit'] as const;
const NOTHING: readonly FailedRung[] = [];

/** Headers for an answer that was made of these look-ups; a header with nothing to say is left out. */
export function statusHeaders(fetched: readonly Look[]): Record<string, string> {
  const headers: Record<string, string> = {};
  const cache = cacheStatus(fetched);
  const proxy = proxyStatus(fetched);
  const timing = serverTiming(fetched);
  if (cache !== '') headers['Cache-Status'] = cache;
  if (proxy !== '') headers['Proxy-Status'] = proxy;
  if (timing !== '') headers['Server-Timing'] = timing;
  return headers;
}

/** One member for each kind of thing, which tells of its worst look-up. */
export function cacheStatus(fetched: readonly Look[]): string {
  const members: string[] = [];
  for (const thing of ['post', 'author'] as const) {
    let worst: Look | undefined;
    for (const one of fetched) {
      if (one.entity === thing && (worst === undefined || isWorse(one, worst))) worst = one;
    }
    if (worst !== undefined) members.push(`${thing}; ${howFound(worst.via)}`);
  }
  return members.join(', ');
}

function isWorse(a: Look, b: Look): boolean {
  if (a.via.kind === 'hit' && b.via.kind === 'hit') return a.via.ttlMs < b.via.ttlMs;
  return ORDER.indexOf(a.via.kind) < ORDER.indexOf(b.via.kind);
}

function howFound(via: Look['via']): string {
  if (via.kind === 'hit') return `hit; ttl=${Math.floor(via.ttlMs / 1000)}`;
  if (via.kind === 'miss') return via.collapsed ? 'fwd=miss; collapsed' : 'fwd=miss';
  if (via.kind === 'replica') return 'fwd=miss; detail=replica';
  return `fwd=${via.kind === 'stale' ? 'stale' : 'miss'}; detail=${reason(via.failure)}`;
}

const reason = ({ descriptor, receivedStatus }: UpstreamFailure): string =>
  descriptor.proxyError ?? (receivedStatus === undefined ? 'failed' : `status_${receivedStatus}`);

/** One member for each upstream that failed; its first failure. */
export function proxyStatus(fetched: readonly Look[]): string {
  const failures: UpstreamFailure[] = [];
  const note = (failure: UpstreamFailure | undefined): void => {
    if (failure !== undefined && failures.every(({ upstream }) => upstream !== failure.upstream))
      failures.push(failure);
  };
  for (const one of fetched) {
    note(failureOf(one));
    for (const { failure } of one.tried ?? NOTHING) note(failure);
  }
  return failures.map(proxyMember).join(', ');
}

/** Milliseconds that this answer waited for each upstream that was really asked. */
function serverTiming(fetched: readonly Look[]): string {
  let timing = '';
  for (const upstream of ['social', 'identity'] as const) {
    let slowest = -1;
    for (const one of fetched) {
      if (one.upstream === upstream && wasAsked(one)) slowest = Math.max(slowest, one.tookMs);
      for (const rung of one.tried ?? NOTHING)
        if (rung.upstream === upstream && (rung.failure?.descriptor.sent ?? true))
          slowest = Math.max(slowest, rung.tookMs);
    }
    if (slowest >= 0) timing += `${timing === '' ? '' : ', '}${upstream};dur=${slowest.toFixed(1)}`;
  }
  return timing;
}

function wasAsked(one: Look): boolean {
  const { kind } = one.via;
  return kind === 'miss' || kind === 'replica' || (failureOf(one)?.descriptor.sent ?? false);
}
