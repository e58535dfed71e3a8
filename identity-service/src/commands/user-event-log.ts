// `npm run backfill`, `npm run compact` and `npm run republish -- --user IDS`: send requests to the running service, since an embedded database can be used by
// one process only.
import { parseArgs } from 'node:util';
import { requestAdmin } from 'chassis/admin/client';
import { StartupError } from 'chassis/base/startup-error';
import type { Command } from 'chassis/process/commands';
import { readSettings } from 'chassis/settings/settings';
import { settings } from '../config.ts';
import { parseSelection } from '../events/republish.ts';
import { sumOf, type Step } from '../events/steps.ts';

/**
 * Returns a command that requests steps until the end. The steps of a command that fails stay done, so it can be repeated.
 * @param summary writes the last line for the operator
 * @param query returns the query that the arguments mean
 */
const commandOf =
  (
    path: string,
    summary: (result: Step['result']) => string,
    query: (args: readonly string[]) => Readonly<Record<string, string>> = () => ({}),
  ): Command =>
  async (env, say, args) => {
    const fixed = query(args);
    const admin = readSettings(settings, env);
    const step = async (after = 0): Promise<Step> => {
      const search = new URLSearchParams({ ...fixed, ...(after > 0 && { after: String(after) }) });
      const target = search.size > 0 ? `${path}?${search.toString()}` : path;
      const answer = await requestAdmin(admin, 'POST', target);
      const { did: result, next } = answer as { did: Step['result']; next: Step['next'] };
      return { result, next };
    };
    let sum = await step();
    while (sum.next !== null) sum = sumOf(sum, await step(sum.next));
    say(summary(sum.result));
    return 0;
  };

export const backfill = commandOf(
  '/log/backfill',
  ({ created, updated, deleted }) =>
    `The log has all users. Appended: ${created} UserCreated, ${updated} UserUpdated, ${deleted} UserDeleted.`,
);

export const compact = commandOf(
  '/log/compact',
  ({ superseded, tombstones }) =>
    `The log is compacted. Deleted: ${superseded} superseded events, ${tombstones} old UserDeleted events.`,
);

export const republish = commandOf(
  '/log/republish',
  ({ updated, deleted }) =>
    `Appended: ${updated} UserUpdated, ${deleted} UserDeleted, with the present state of these users.`,
  (args) => ({ users: usersOf(args) }),
);

function usersOf(args: readonly string[]): string {
  try {
    const { user } = parseArgs({ args: [...args], options: { user: { type: 'string' } } }).values;
    if (user !== undefined && parseSelection(user) !== undefined) return user;
  } catch {
    // An unknown argument.
  }
  throw new StartupError(
    'Usage: npm run republish -w identity-service -- --user 7,9 (at most 100 ids), or a range of ids: --user 7-9',
  );
}
