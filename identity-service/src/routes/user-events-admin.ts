// POST /log/backfill and POST /log/compact on the admin port, for commands/user-event-log.ts. Each request runs steps for a
// few seconds and answers with the place where the next request continues.
import { defineRoute, type Route } from 'chassis/http/app';
import { requireSameOrigin } from 'chassis/admin/same-origin';
import { invalid } from 'chassis/http/problem';
import { REQUEST_MS, type Step, runSteps } from '../events/steps.ts';

const AFTER = /^(0|[1-9]\d{0,15})$/;

export function userEventAdminRoutes(commands: {
  readonly [name in 'backfill' | 'compact']: (after: number) => Promise<Step>;
}): Route[] {
  return Object.entries(commands).map(([name, step]) =>
    defineRoute({
      method: 'post',
      path: `/log/${name}`,
      query: ['after'],
      async handle(req, { after }) {
        requireSameOrigin(req);
        const { result, next } = await runSteps(step, parseAfter(after), REQUEST_MS);
        return { body: { did: result, next }, cache: 'no-store' };
      },
    }),
  );
}

function parseAfter(text = '0'): number {
  const after = AFTER.test(text) ? Number(text) : NaN;
  if (!Number.isSafeInteger(after))
    throw invalid('/query/after', 'expected the `next` of the previous answer');
  return after;
}
