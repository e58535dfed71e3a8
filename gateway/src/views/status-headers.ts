// What an answer says about itself: Cache-Status (RFC 9211), Proxy-Status (RFC 9209), Server-Timing. Pure.
import { proxyMember, type UpstreamFailure } from '../upstream/engine/failure.ts';
import { failureOf, type Lookup, type Tried } from './data-source.ts';

type Look = Lookup<unknown>;

/** The worst comes first: a list with one stale author is a stale answer. */
const ORDER = ['gap', 'stale', 'replica', 'miss', 'hit'] as const;
const NOTHING: readonly Tried[] = [];

/** Headers for an answer that was made of these look-ups; a header with nothing to say is left out. */
export function statusHeaders(lookups: readonly Look[]): Record<string, string> {
  const headers: Record<string, string> = {};
  const cache = cacheStatus(lookups);
  const proxy = proxyStatus(lookups);
  const timing = serverTiming(lookups);
  if (cache !== '') headers['Cache-Status'] = cache;
  if (proxy !== '') headers['Proxy-Status'] = proxy;
  if (timing !== '') headers['Server-Timing'] = timing;
  return headers;
}

/** One member for each kind of thing, which tells of its worst look-up. */
export function cacheStatus(lookups: readonly Look[]): string {
  const members: string[] = [];
  for (const thing of ['post', 'author'] as const) {
    let worst: Look | undefined;
    for (const lookup of lookups) {
      if (lookup.thing === thing && (worst === undefined || isWorse(lookup, worst))) worst = lookup;
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

const reason = ({ facts, receivedStatus }: UpstreamFailure): string =>
  facts.proxyError ?? (receivedStatus === undefined ? 'failed' : `status_${receivedStatus}`);

/** One member for each upstream that failed; its first failure. */
export function proxyStatus(lookups: readonly Look[]): string {
  const failures: UpstreamFailure[] = [];
  const note = (failure: UpstreamFailure | undefined): void => {
    if (failure !== undefined && failures.every(({ upstream }) => upstream !== failure.upstream))
      failures.push(failure);
  };
  for (const lookup of lookups) {
    note(failureOf(lookup));
    for (const { failure } of lookup.tried ?? NOTHING) note(failure);
  }
  return failures.map(proxyMember).join(', ');
}

/** Milliseconds that this answer waited for each upstream that was really asked. */
function serverTiming(lookups: readonly Look[]): string {
  let timing = '';
  for (const upstream of ['social', 'identity'] as const) {
    let slowest = -1;
    for (const lookup of lookups) {
      if (lookup.upstream === upstream && wasAsked(lookup))
        slowest = Math.max(slowest, lookup.tookMs);
      for (const one of lookup.tried ?? NOTHING)
        if (one.upstream === upstream && (one.failure?.facts.asked ?? true))
          slowest = Math.max(slowest, one.tookMs);
    }
    if (slowest >= 0) timing += `${timing === '' ? '' : ', '}${upstream};dur=${slowest.toFixed(1)}`;
  }
  return timing;
}

function wasAsked(lookup: Look): boolean {
  const { kind } = lookup.via;
  return kind === 'miss' || kind === 'replica' || (failureOf(lookup)?.facts.asked ?? false);
}
