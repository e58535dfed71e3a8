// `npm run backfill` and `npm run compact`: have the running service do it, for an embedded database is its alone.
import { requestAdmin } from 'chassis/http/admin-client';
import { readSettings } from 'chassis/settings/settings';
import { sumOf, type Step } from '../events/steps.ts';
import { settings } from '../config.ts';

const told = {
  backfill: ({ created, updated, deleted }: Step['did']) =>
    `The log knows all users. Written now: ${created} UserCreated, ${updated} UserUpdated, ${deleted} UserDeleted.`,
  compact: ({ superseded, tombstones }: Step['did']) =>
    `The log has the newest event of each user. Removed now: ${superseded} that a newer one supersedes, ${tombstones} UserDeleted that were over.`,
} as const;

export type LogCommand = keyof typeof told;

/** Undefined for what is no command of these. */
export const logCommand = (name: string | undefined): LogCommand | undefined =>
  name === 'backfill' || name === 'compact' ? name : undefined;

/**
 * @returns what was done, for the person who asked
 * @throws StartError when the service does not do it; what it has done until then is done, and the command can be given again
 */
export async function runLogCommand(
  command: LogCommand,
  env: Readonly<Record<string, string | undefined>>,
): Promise<string> {
  const address = readSettings(settings, env);
  const step = async (query = '') =>
    (await requestAdmin(address, 'POST', `/log/${command}${query}`)) as Step;
  let sum = await step();
  while (sum.next !== null) sum = sumOf(sum, await step(`?after=${sum.next}`));
  return told[command](sum.did);
}
