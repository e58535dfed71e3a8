// From look-ups to an answer: whole, degraded, or refused because the client wants all or nothing.
import type { Answer } from 'chassis/http/answer';
import { requestContextOf } from 'chassis/http/request-context';
import { Problem } from 'chassis/http/problem';
import type { Request } from 'express';
import { Cancellation, type Caller } from '../upstream/engine/call.ts';
import { failureOf, type Fetched } from '../views/data-source.ts';
import { statusHeaders } from '../views/status-headers.ts';

/** The client behind a request, with the time that it may take once it has sent all of it. */
export function callerOf(req: Request, deadlineMs: number): Caller {
  const context = requestContextOf(req);
  const cancellation = new Cancellation();
  context.onDisconnect = () => cancellation.cancel('left');
  return {
    requestId: context.requestId,
    traceparent: context.traceparent,
    deadlineAt: (context.bodyReadAt ?? context.startedAt) + deadlineMs,
    cancellation,
  };
}

export type Reason = 'missing' | 'stale' | 'replica';
export type OnDegraded = (part: 'author' | 'post', reason: Reason) => void;

/** What came in place of what was asked for; the worst first. */
const REASONS = { unavailable: 'missing', stale: 'stale', replica: 'replica' } as const;

/** The look-up that an answer is degraded by most, and how. */
function worstOf(fetched: readonly Fetched<unknown>[]) {
  for (const [kind, reason] of Object.entries(REASONS)) {
    const one = fetched.find((each) => each.via.kind === kind && failureOf(each) !== undefined);
    if (one !== undefined) return { one, reason };
  }
  return undefined;
}

// Every text matches at once, an unfinished one too: nothing is tried twice, however hostile.
const QUOTED = /"(?:[^"\\]|\\.?)*"?/g;
const HANDLING = /(?:^|,)[ \t]*handling[ \t]*=[ \t]*([^,;]*)/i;

/** `Prefer: handling=strict` (RFC 7240, section 4.4); of several `handling`s the first counts. */
export function wantsStrict(prefer: string | string[] | undefined): boolean {
  if (prefer === undefined) return false;
  // What stands in quotes elsewhere may hold anything, commas too.
  const plain = String(prefer).replaceAll(QUOTED, (text) =>
    /^"strict"$/i.test(text) ? text : '""',
  );
  const [, handling = ''] = HANDLING.exec(plain) ?? [];
  return /^("?)strict\1[ \t]*$/i.test(handling);
}

/** What decides who asks; no shared cache keeps such an answer, and a browser's own tells its users apart. */
const VARY = { public: 'Prefer', private: 'Prefer, Authorization, Cookie' } as const;

/**
 * @param cache `private` for what depends on who asks
 * @throws Problem 503 when a part is not whole and the client prefers strict handling
 */
export function reply(
  req: Request,
  body: unknown,
  fetched: readonly Fetched<unknown>[],
  onDegraded: OnDegraded,
  cache: keyof typeof VARY = 'public',
): Answer {
  const headers = statusHeaders(fetched);
  headers['Vary'] = VARY[cache];
  const strict = wantsStrict(req.headers['prefer']);
  if (strict) headers['Preference-Applied'] = 'handling=strict';

  const broken = worstOf(fetched);
  if (broken === undefined) return { body, headers, cache };

  // What no cache is asked for are pages of posts.
  const part = broken.one.entity ?? 'post';
  onDegraded(part, broken.reason);
  if (!strict) return { body, headers, cache: 'no-store' };
  throw new Problem(
    'incomplete-answer',
    `The ${part} could not be fetched, and the request wants all or nothing`,
    {
      headers: { ...headers, 'Retry-After': String(failureOf(broken.one)?.retryAfterS ?? 1) },
    },
  );
}

/** A 404 that still tells where that was found out. */
export const notFound = (detail: string, fetched: readonly Fetched<unknown>[]): Problem =>
  new Problem('not-found', detail, { headers: statusHeaders(fetched) });
