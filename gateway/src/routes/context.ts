// The dependencies of routes, and how private routes identify the viewer.
import type { Request } from 'express';
import type { Sessions } from '../session/sessions.ts';
import type { Caller } from '../upstream/engine/call.ts';
import type { OnBehalfOf } from '../upstream/on-behalf-of.ts';
import type { Catalog } from '../views/catalog.ts';
import type { Commands } from './commands.ts';
import { callerOf, type OnDegraded } from './reply.ts';

export interface RouteContext {
  readonly catalog: Catalog;
  readonly commands: Commands;
  readonly sessions: Sessions;
  readonly requestDeadlineMs: number;
  readonly onDegraded: OnDegraded;
}

export interface ViewerRequest {
  readonly viewer: OnBehalfOf & { readonly sessionId: string };
  readonly caller: Caller;
}

/**
 * Creates the first step of every private route, which identifies the viewer.
 * @returns a function that throws a Problem: 401 without a valid session, 403 for a write from a page of another site,
 * 503 while the session cannot be checked
 */
export const createIdentify =
  ({ sessions, requestDeadlineMs }: Pick<RouteContext, 'sessions' | 'requestDeadlineMs'>) =>
  async (req: Request): Promise<ViewerRequest> => {
    const caller = callerOf(req, requestDeadlineMs);
    const { userId, token, sessionId } = await sessions.viewerOf(req, caller);
    return { viewer: { userId, token, sessionId }, caller };
  };
