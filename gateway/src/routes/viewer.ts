// What every private route begins with: who asks.
import type { Request } from 'express';
import type { InName } from '../upstream/on-behalf-of.ts';
import type { Caller } from '../upstream/engine/call.ts';
import type { Context } from './context.ts';
import { callerOf } from './reply.ts';

export interface Viewing {
  readonly viewer: InName;
  readonly caller: Caller;
}

/** @returns a function that throws a Problem when nobody may ask, or nobody can tell who does */
export const viewingWith =
  ({ sessions, requestDeadlineMs }: Pick<Context, 'sessions' | 'requestDeadlineMs'>) =>
  async (req: Request): Promise<Viewing> => {
    const caller = callerOf(req, requestDeadlineMs);
    const { userId, token } = await sessions.viewerOf(req, caller);
    return { viewer: { userId, token }, caller };
  };
