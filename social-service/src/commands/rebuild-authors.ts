// `npm run rebuild-authors`: asks the running service to rebuild the replica, and waits until the rebuild is complete.
// `-- --epoch ID` accepts a log of another history than the replica that is served.
import { parseArgs } from 'node:util';
import { requestAdmin } from 'chassis/admin/client';
import { StartupError } from 'chassis/base/startup-error';
import type { Command } from 'chassis/process/commands';
import { readSettings } from 'chassis/settings/settings';
import { setTimeout as pause } from 'node:timers/promises';
import { settings } from '../config.ts';
import type { ReplicaStatus } from '../replica/store.ts';

const POLL_MS = 250;
const PROGRESS_MS = 2_000;

/** @throws StartupError when the log has another history than what is served, and its epoch was not named */
export const rebuildAuthors: Command = async (env, say, args) => {
  const target = readSettings(settings, env);
  const epoch = epochOf(args);
  const query = epoch === undefined ? '' : `?epoch=${encodeURIComponent(epoch)}`;
  const first = (await requestAdmin(
    target,
    'POST',
    `/authors/rebuild${query}`,
  )) as ReplicaStatus & {
    began: boolean;
  };
  say(
    first.began
      ? 'Rebuilding the replica of the users from the beginning of the log. The old replica is served until the new one is complete.'
      : 'A rebuild of the replica is already running.',
  );
  let saidAt = performance.now();
  for (;;) {
    const status = (await requestAdmin(target, 'GET', '/authors')) as ReplicaStatus;
    const { generation, rebuilding, position, head, otherEpoch } = status;
    if (generation > first.generation || !rebuilding) {
      say(`The replica is complete, at offset ${position}.`);
      return 0;
    }
    if (otherEpoch !== null) throw new StartupError(otherHistory(otherEpoch));
    if (performance.now() - saidAt >= PROGRESS_MS) {
      saidAt = performance.now();
      say(`The replica is at offset ${position} of ${Math.max(head, status.goal ?? 0)}.`);
      if (position === head) say(TOO_SHORT);
    }
    await pause(POLL_MS);
  }
};

const TOO_SHORT =
  'The log ends before the offset of the replica that is served. Is it the right log, and is it complete? The rebuild waits. To serve it nevertheless: npm run rebuild-authors -w social-service -- --epoch any';

const otherHistory = (epoch: string): string =>
  `The log has another history than the replica that is served, which stays: Identity was restored, or IDENTITY_URL or NATS_URL names another system. Read docs/failover.md. To take this log: npm run rebuild-authors -w social-service -- --epoch ${epoch}`;

function epochOf(args: readonly string[]): string | undefined {
  try {
    return parseArgs({ args: [...args], options: { epoch: { type: 'string' } } }).values.epoch;
  } catch {
    throw new StartupError('The only argument is --epoch, with the id of an epoch.');
  }
}
