// `npm run backfill` and `npm run compact`: have the running service do it, for an embedded database is its alone.
import { adminOrigin } from 'chassis/ask-admin';
import { readSettings } from 'chassis/settings';
import { StartError } from 'chassis/start-error';
import { added, type Step } from './batches.ts';
import { settings } from './config.ts';

/** A request is answered long before. */
const ANSWER_MS = 30_000;

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
 * @throws StartError when the service does not do it; what it has done until then is done
 */
export async function runLogCommand(
  command: LogCommand,
  env: Readonly<Record<string, string | undefined>>,
): Promise<string> {
  const url = adminOrigin(readSettings(settings, env));
  let sum = await ask(`${url}/log/${command}`);
  while (sum.next !== null) sum = added(sum, await ask(`${url}/log/${command}?after=${sum.next}`));
  return told[command](sum.did);
}

async function ask(url: string): Promise<Step> {
  const answer = await fetch(url, {
    method: 'POST',
    redirect: 'error',
    signal: AbortSignal.timeout(ANSWER_MS),
  }).catch((cause: unknown) => {
    const { origin } = new URL(url);
    throw new StartError(
      `Nothing answers at ${origin}. The service has to run; ADMIN_HOST and ADMIN_PORT have to be those that it has.`,
      { cause },
    );
  });
  if (!answer.ok) {
    const { detail = '' } = (await answer.json().catch(() => ({}))) as { detail?: string };
    throw new StartError(
      `The service did not do it: ${answer.status} ${detail}. What it had done by then stays; try again.`,
    );
  }
  return (await answer.json()) as Step;
}
