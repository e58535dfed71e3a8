// `npm run backfill` and `npm run compact`: send requests to the running service, since an embedded database can be used by
// one process only.
import { requestAdmin } from 'chassis/admin/client';
import type { Command } from 'chassis/process/commands';
import { readSettings } from 'chassis/settings/settings';
import { settings } from '../config.ts';
import { sumOf, type Step } from '../events/steps.ts';

/**
 * Returns a command that requests steps until the end. The steps of a command that fails stay done, so it can be repeated.
 * @param summary writes the last line for the operator
 */
const commandOf =
  (path: string, summary: (result: Step['result']) => string): Command =>
  async (env, say) => {
    const target = readSettings(settings, env);
    const step = async (query = ''): Promise<Step> => {
      const answer = await requestAdmin(target, 'POST', `${path}${query}`);
      const { did: result, next } = answer as { did: Step['result']; next: Step['next'] };
      return { result, next };
    };
    let sum = await step();
    while (sum.next !== null) sum = sumOf(sum, await step(`?after=${sum.next}`));
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
