// POST /log/backfill, /log/compact and /log/republish on the admin port, for commands/user-event-log.ts. Each request runs steps for a
// few seconds and answers with the place where the next request continues.
import { defineRoute, type Route } from 'chassis/http/app';
import { requireSameOrigin } from 'chassis/admin/same-origin';
import { invalid } from 'chassis/http/problem';
import { parseSelection, type UserSelection } from '../events/republish.ts';
import { REQUEST_MS, type Step, runSteps } from '../events/steps.ts';

const AFTER = /^(0|[1-9]\d{0,15})$/;

export interface UserEventCommands {
  backfill(after: number): Promise<Step>;
  compact(after: number): Promise<Step>;
  republish(users: UserSelection, after: number): Promise<Step>;
}

const run = async (step: (after: number) => Promise<Step>, after: string | undefined) => {
  const { result, next } = await runSteps(step, parseAfter(after), REQUEST_MS);
  return { body: { did: result, next }, cache: 'no-store' as const };
};

export function userEventAdminRoutes(commands: UserEventCommands): Route[] {
  return [
    ...(['backfill', 'compact'] as const).map((name) =>
      defineRoute({
        method: 'post',
        path: `/log/${name}`,
        query: ['after'],
        async handle(req, { after }) {
          requireSameOrigin(req);
          return run((offset) => commands[name](offset), after);
        },
      }),
    ),
    defineRoute({
      method: 'post',
      path: '/log/republish',
      query: ['users', 'after'],
      async handle(req, { users, after }) {
        requireSameOrigin(req);
        const selection = parseSelection(users ?? '');
        if (selection === undefined)
          throw invalid(
            '/query/users',
            'expected at most 100 ids such as 7,9, or a range such as 7-9',
          );
        return run((id) => commands.republish(selection, id), after);
      },
    }),
  ];
}

function parseAfter(text = '0'): number {
  const after = AFTER.test(text) ? Number(text) : NaN;
  if (!Number.isSafeInteger(after))
    throw invalid('/query/after', 'expected the `next` of the previous answer');
  return after;
}
