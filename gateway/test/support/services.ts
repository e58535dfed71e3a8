// Identity and Social as far as the gateway asks them: users named `user_<id>`, posts written by them in turn. What
// is changed through them stays changed.
import { accountsOf, type Accounts } from './accounts.ts';
import { createCopy, type Copy } from './replica.ts';
import { networkOf } from './network.ts';
import { startUpstream, type Upstream } from './upstream.ts';
import { POPULATION, type Population } from './world.ts';

export interface Identity extends Upstream, Accounts {}

export interface Social extends Upstream {
  readonly copy: Copy;
}

/** Starts a healthy Identity. */
export async function startIdentity(population: Partial<Population> = {}): Promise<Identity> {
  const { know, ...accounts } = accountsOf({ ...POPULATION, ...population });
  return Object.assign(await startUpstream(know), accounts);
}

/** Starts a healthy Social. */
export async function startSocial(changes: Partial<Population> = {}): Promise<Social> {
  const population = { ...POPULATION, ...changes };
  const copy = createCopy(population);
  return Object.assign(await startUpstream(networkOf(population, copy)), { copy });
}
