// `npm run verify-authors`: asks the running service to compare the replica with Identity; exit code 1 if they differ.
import { requestAdminLines } from 'chassis/admin/client';
import type { Command } from 'chassis/process/commands';
import { readSettings } from 'chassis/settings/settings';
import { StartupError } from 'chassis/base/startup-error';
import { settings } from '../config.ts';
import type { Difference } from '../replica/verification/compare.ts';
import type { Verified } from '../replica/verification/verify.ts';

/** @throws StartupError when the comparison fails */
export const verifyAuthors: Command = async (env, say) => {
  const target = readSettings(settings, env);
  let verified: Verified | undefined;
  for await (const line of requestAdminLines(target, 'POST', '/authors/verify')) {
    const { failed, verified: result } = line as { failed?: string; verified?: Verified };
    if (failed !== undefined) throw new StartupError(`The replica was not compared: ${failed}.`);
    verified ??= result;
  }
  if (verified === undefined)
    throw new StartupError('The service closed the connection before the comparison was complete.');
  const { compared, differences, more, late } = verified;
  for (const difference of differences) say(describe(difference));
  if (more) say('There are more differences.');
  if (late)
    say(
      'The replica is behind the user event log, so some differences may be changes that it has not applied yet.',
    );
  say(
    `Compared ${compared} users of the replica with Identity. Differences: ${differences.length}.`,
  );
  return differences.length === 0 ? 0 : 1;
};

function describe({ id, is, copy, identity }: Difference): string {
  if (is === 'missing') return `User ${id}, ${identity}, is missing in the replica.`;
  if (is === 'extra') return `User ${id}, ${copy}, is in the replica, but not at Identity.`;
  return `User ${id} is ${copy} in the replica, but ${identity} at Identity.`;
}
