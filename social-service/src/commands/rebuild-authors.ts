// `npm run rebuild-authors`: asks the running service to rebuild the replica, and waits until the rebuild is complete.
import { requestAdmin } from 'chassis/admin/client';
import type { Command } from 'chassis/process/commands';
import { readSettings } from 'chassis/settings/settings';
import { setTimeout as pause } from 'node:timers/promises';
import { settings } from '../config.ts';
import type { ReplicaState } from '../replica/store.ts';

/** The answer of GET /authors. */
type State = ReplicaState & { readonly head: number };

const POLL_MS = 250;
const PROGRESS_MS = 2_000;

export const rebuildAuthors: Command = async (env, say) => {
  const target = readSettings(settings, env);
  const first = (await requestAdmin(target, 'POST', '/authors/rebuild')) as State & {
    began: boolean;
  };
  say(
    first.began
      ? 'Rebuilding the replica of the users from the beginning of the log. The old replica is served until the new one is complete.'
      : 'A rebuild of the replica is already running.',
  );
  let saidAt = performance.now();
  for (;;) {
    const state = (await requestAdmin(target, 'GET', '/authors')) as State;
    if (state.generation > first.generation || !state.rebuilding) {
      say(`The replica is complete, at offset ${state.position}.`);
      return 0;
    }
    if (performance.now() - saidAt >= PROGRESS_MS) {
      saidAt = performance.now();
      say(`The replica is at offset ${state.position} of ${state.head}.`);
    }
    await pause(POLL_MS);
  }
};
