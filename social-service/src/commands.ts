// What a person can ask of the running service in a terminal. The service does it; an embedded database is held by it.
import { requestAdmin, requestAdminLines } from 'chassis/http/admin-client';
import type { Command } from 'chassis/process/commands';
import { readSettings } from 'chassis/settings/settings';
import { StartupError } from 'chassis/base/startup-error';
import { setTimeout as pause } from 'node:timers/promises';
import { settings } from './config.ts';
import type { Difference } from './replica/verification/compare.ts';
import type { ReplicaState } from './replica/store.ts';
import type { Verified } from './replica/verification/verify.ts';

type State = ReplicaState & { readonly head: number };

const POLL_MS = 250;
const SAY_MS = 2_000;

/** `npm run rebuild-authors`: makes the copy anew, and waits until it is whole. */
const rebuildAuthors: Command = async (env, say) => {
  const address = readSettings(settings, env);
  const begun = (await requestAdmin(address, 'POST', '/authors/rebuild')) as State & {
    began: boolean;
  };
  say(
    begun.began
      ? 'A new copy of the users is being made, from the beginning of the log. Until it is whole, the one before is served.'
      : 'A new copy of the users is being made already.',
  );
  let saidAt = performance.now();
  for (;;) {
    const now = (await requestAdmin(address, 'GET', '/authors')) as State;
    if (now.generation > begun.generation || !now.rebuilding) {
      say(`It is whole, at position ${now.position}.`);
      return 0;
    }
    if (performance.now() - saidAt >= SAY_MS) {
      saidAt = performance.now();
      say(`It is at position ${now.position} of ${now.head}.`);
    }
    await pause(POLL_MS);
  }
};

/** `npm run verify-authors`: compares the copy with Identity; exit code 1 when they differ. */
const verifyAuthors: Command = async (env, say) => {
  const address = readSettings(settings, env);
  let verified: Verified | undefined;
  for await (const line of requestAdminLines(address, 'POST', '/authors/verify')) {
    const { failed, verified: found } = line as { failed?: string; verified?: Verified };
    if (failed !== undefined) throw new StartupError(`The copy was not compared: ${failed}.`);
    verified ??= found;
  }
  if (verified === undefined) throw new StartupError('The service ended before it was done.');
  const { compared, differences, more, late } = verified;
  for (const difference of differences) say(sentence(difference));
  if (more) say('And more.');
  if (late)
    say('The copy is behind Identity’s log: some of this may be changes that have not come yet.');
  const found = differences.length === 0 ? 'no difference' : `${differences.length} that differ`;
  say(`Compared ${compared} users of the copy with Identity: ${found}.`);
  return differences.length === 0 ? 0 : 1;
};

function sentence({ id, is, copy, identity }: Difference): string {
  if (is === 'missing') return `User ${id}, ${identity}, is missing in the copy.`;
  if (is === 'extra') return `User ${id}, ${copy}, is in the copy, but not at Identity.`;
  return `User ${id} is ${copy} in the copy, but ${identity} at Identity.`;
}

/** By the word that stands after main.ts. */
export const commands: Readonly<Record<string, Command>> = {
  'rebuild-authors': rebuildAuthors,
  'verify-authors': verifyAuthors,
};
