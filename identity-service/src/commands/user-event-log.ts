// `npm run backfill` and `npm run compact`: the running service does the work, as an embedded database belongs to it.
import { requestAdmin } from 'chassis/http/admin-client';
import type { Command } from 'chassis/process/commands';
import { readSettings } from 'chassis/settings/settings';
import { settings } from '../config.ts';
import { sumOf, type Step } from '../events/steps.ts';

/** Repeats steps until the end of the log. A command that fails half-way can be given again: its steps are done. */
const stepsOf =
  (path: string, summary: (result: Step['result']) => string): Command =>
  async (env, say) => {
    const address = readSettings(settings, env);
    const step = async (query = ''): Promise<Step> => {
      const answer = await requestAdmin(address, 'POST', `${path}${query}`);
      const { did: result, next } = answer as { did: Step['result']; next: Step['next'] };
      return { result, next };
    };
    let sum = await step();
    while (sum.next !== null) sum = sumOf(sum, await step(`?after=${sum.next}`));
    say(summary(sum.result));
    return 0;
  };

export const backfill = stepsOf(
  '/log/backfill',
  ({ created, updated, deleted }) =>
    `The log knows all users. Written now: ${created} UserCreated, ${updated} UserUpdated, ${deleted} UserDeleted.`,
);

export const compact = stepsOf(
  '/log/compact',
  ({ superseded, tombstones }) =>
    `The log has the newest event of each user. Removed now: ${superseded} superseded events, ${tombstones} old UserDeleted events.`,
);
