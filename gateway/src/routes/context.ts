// The dependencies of routes, and how private routes identify the viewer.
import { Problem } from 'chassis/http/problem';
import { socialToken } from 'contracts/tokens';
import type { Request } from 'express';
import type { ClientLimits } from '../session/client-limits.ts';
import type { Sessions } from '../session/sessions.ts';
import type { FriendPage } from 'contracts/types';
import type { Live } from '../live/live.ts';
import type { Result } from '../upstream/result.ts';
import type { ViewerPageRequest } from '../upstream/social/viewer-page.ts';
import { withDeadline, type Call, type Caller } from '../upstream/engine/call.ts';
import { UpstreamFailure } from '../upstream/engine/failure.ts';
import type { OnBehalfOf } from '../upstream/on-behalf-of.ts';
import type { Catalog } from '../views/catalog.ts';
import type { Commands } from './commands.ts';
import { callerOf, type OnDegraded } from './reply.ts';

/** A page of the viewer's friends, by id. */
export type FriendPageCall = Call<ViewerPageRequest, Result<FriendPage>>;

export interface RouteContext {
  readonly catalog: Catalog;
  readonly commands: Commands;
  readonly sessions: Sessions;
  readonly live: Pick<Live, 'open'>;
  readonly friendPage: FriendPageCall;
  readonly limits: ClientLimits;
  readonly requestDeadlineMs: number;
  readonly onDegraded: OnDegraded;
}

/** Whether a request comes with a session, valid or not; its answer may carry cookies, and must not be shared. */
export const hasCredentials = ({ headers }: Request): boolean =>
  headers.authorization !== undefined || headers.cookie !== undefined;

/** The share of a request's time in which an answer that needs no viewer waits for one. */
const OPTIONAL_SHARE = 1 / 3;

/**
 * Identifies the viewer of an answer that needs none.
 * @returns undefined without a valid session; the failure while the session cannot be checked
 */
export async function recognize(
  req: Request,
  { sessions, requestDeadlineMs }: Pick<RouteContext, 'sessions' | 'requestDeadlineMs'>,
  caller: Caller,
): Promise<OnBehalfOf | UpstreamFailure | undefined> {
  if (!hasCredentials(req)) return undefined;
  try {
    return await sessions.viewerOf(req, withDeadline(caller, requestDeadlineMs * OPTIONAL_SHARE));
  } catch (error) {
    if (error instanceof Problem && error.cause instanceof UpstreamFailure) return error.cause;
    if (error instanceof Problem && error.slug === 'unauthenticated') return undefined;
    throw error;
  }
}

export interface ViewerRequest {
  readonly viewer: OnBehalfOf & { readonly sessionId: string; readonly expiresAt: number };
  readonly caller: Caller;
}

/**
 * Creates the first step of every private route, which identifies the viewer.
 * @returns a function that throws a Problem: 401 without a valid session, 403 for a write from a page of another site,
 * 429 above the limits of the user, 503 while the session cannot be checked
 */
export const createIdentify =
  ({
    sessions,
    limits,
    requestDeadlineMs,
  }: Pick<RouteContext, 'sessions' | 'limits' | 'requestDeadlineMs'>) =>
  async (req: Request): Promise<ViewerRequest> => {
    const caller = callerOf(req, requestDeadlineMs);
    const { userId, token, sessionId, expiresAt, tokens } = await sessions.viewerOf(req, caller);
    await limits.useAs(userId, req);
    const viewer = {
      userId,
      token,
      sessionId,
      expiresAt,
      socialToken: tokens?.[socialToken.audience],
    };
    return { viewer, caller };
  };
