// What every private route begins with: who asks.
import type { Request } from 'express';
import type { OnBehalfOf } from '../upstream/on-behalf-of.ts';
import type { Caller } from '../upstream/engine/call.ts';
import type { RouteContext } from './context.ts';
import { callerOf } from './reply.ts';

export interface ViewerRequest {
  readonly viewer: OnBehalfOf;
  readonly caller: Caller;
}

/** @returns a function that throws a Problem when nobody may ask, or nobody can tell who does */
export const createViewerOf =
  ({ sessions, requestDeadlineMs }: Pick<RouteContext, 'sessions' | 'requestDeadlineMs'>) =>
  async (req: Request): Promise<ViewerRequest> => {
    const caller = callerOf(req, requestDeadlineMs);
    const { userId, token } = await sessions.viewerOf(req, caller);
    return { viewer: { userId, token }, caller };
  };
