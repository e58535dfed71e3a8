// Makes an answer of fetched parts: complete, degraded, or a 503 when the request prefers strict handling.
import type { Answer } from 'chassis/http/answer';
import { requestContextOf } from 'chassis/http/request-context';
import { Problem } from 'chassis/http/problem';
import type { Post } from 'contracts/types';
import type { Request } from 'express';
import { Cancellation, type Caller } from '../upstream/engine/call.ts';
import { failureOf, type Fetched } from '../views/data-source.ts';
import { degradedMember, worstOf } from '../views/degraded.ts';
import { statusHeaders } from '../views/status-headers.ts';

/**
 * The client of a request as a caller, with cancellation when it disconnects.
 * @param deadlineMs counted from the end of the request's body, or from the request's arrival when it has none
 */
export function callerOf(req: Request, deadlineMs: number): Caller {
  const context = requestContextOf(req);
  const cancellation = new Cancellation();
  context.onDisconnect = () => cancellation.cancel('left');
  return {
    requestId: context.requestId,
    traceparent: context.traceparent,
    tracestate: context.tracestate,
    baggage: context.baggage,
    span: context.span,
    deadlineAt: (context.bodyReadAt ?? context.startedAt) + deadlineMs,
    cancellation,
  };
}

export type Reason = 'missing' | 'stale' | 'replica';
export type OnDegraded = (part: NonNullable<Fetched<unknown>['entity']>, reason: Reason) => void;

/** The words of the metric. */
const REASONS = { unavailable: 'missing', stale: 'stale', replica: 'replica' } as const;

// Matches unfinished quotes, too, and never backtracks, so a hostile header cannot make it slow.
const QUOTED = /"(?:[^"\\]|\\.?)*"?/g;
const HANDLING = /(?:^|,)[ \t]*handling[ \t]*=[ \t]*([^,;]*)/i;

/** Whether a `Prefer` header has `handling=strict` (RFC 7240, section 4.4); of several `handling`s the first counts. */
export function wantsStrict(prefer: string | string[] | undefined): boolean {
  if (prefer === undefined) return false;
  // Other quoted values may contain anything, also commas.
  const plain = String(prefer).replaceAll(QUOTED, (text) =>
    /^"strict"$/i.test(text) ? text : '""',
  );
  const [, handling = ''] = HANDLING.exec(plain) ?? [];
  return /^("?)strict\1[ \t]*$/i.test(handling);
}

/** Request headers that change the answer. In a browser's cache, they keep the private answers of its users apart. */
const VARY = { public: 'Prefer', private: 'Prefer, Authorization, Cookie' } as const;

export interface ReplyOptions {
  /** `private` when the answer depends on the viewer; `public` when left out. */
  readonly cache?: keyof typeof VARY;
  /** The answer is public, and would be private with a session. */
  readonly mayBePrivate?: true;
  /** The posts of the answer, for its `degraded` member. */
  readonly posts?: readonly Post[];
}

/**
 * Answers with `body`, made of the `fetched` parts; a degraded answer also says in its body what is missing.
 * @throws Problem 503 when a part is degraded and the request prefers strict handling
 */
export function reply(
  req: Request,
  body: object,
  fetched: readonly Fetched<unknown>[],
  onDegraded: OnDegraded,
  { cache = 'public', mayBePrivate, posts }: ReplyOptions = {},
): Answer {
  const headers = statusHeaders(fetched);
  headers['Vary'] = VARY[mayBePrivate ? 'private' : cache];
  const strict = wantsStrict(req.headers['prefer']);
  if (strict) headers['Preference-Applied'] = 'handling=strict';

  const degraded = worstOf(fetched);
  if (degraded === undefined) return { body, headers, cache };

  const part = degraded.worst.entity ?? 'post';
  onDegraded(part, REASONS[degraded.reason]);
  if (!strict)
    return {
      body: { ...body, degraded: degradedMember(fetched, posts) },
      headers,
      cache: 'no-store',
    };
  throw new Problem(
    'incomplete-answer',
    `The ${part} could not be fetched, and the request does not accept a degraded answer`,
    {
      headers: { ...headers, 'Retry-After': String(failureOf(degraded.worst)?.retryAfterS ?? 1) },
    },
  );
}

/** A 404 whose headers say how it was found out. */
export const notFound = (detail: string, fetched: readonly Fetched<unknown>[]): Problem =>
  new Problem('not-found', detail, { headers: statusHeaders(fetched) });
