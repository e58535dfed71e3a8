// Identity and Social as child processes, and the progress of Social's replica.
import { join } from 'node:path';
import { type ServiceProcess, startService as startMain } from 'chassis/testing/process';
import { HIGH_LIMITS } from 'chassis/testing/users';
import { until } from 'chassis/testing/until';
import { replicaStateOf } from '../../social-service/test/support/replica-state.ts';
import { root } from './sources.ts';

const CONSUMED_MS = 120_000;

/** Starts a service without demo data; resolves when it listens, which is before it is ready. */
export const startService = (
  name: 'identity-service' | 'social-service',
  env: Readonly<Record<string, string>>,
): Promise<ServiceProcess> =>
  startMain(join(root, name, 'src/main.ts'), { DEMO_DATA: 'false', ...HIGH_LIMITS, ...env });

/** Returns the offset of the newest event at Identity. */
export async function endOffsetOf({ url }: ServiceProcess): Promise<number> {
  const answer = await fetch(`${url}/api/user-events?lastEventId=latest`);
  return Number(answer.headers.get('Log-Head'));
}

/** Waits until Social has consumed Identity's complete log. */
export async function untilConsumed(
  identity: ServiceProcess,
  social: ServiceProcess,
): Promise<void> {
  const end = await endOffsetOf(identity);
  const isConsumed = async (): Promise<boolean> => (await replicaStateOf(social)).position === end;
  await until('the replica is at the end of the log', isConsumed, CONSUMED_MS);
}

/** Runs the verification of Social's replica. @returns the last line of its report */
export async function verify({ adminUrl }: Pick<ServiceProcess, 'adminUrl'>): Promise<unknown> {
  const answer = await fetch(`${adminUrl}/authors/verify`, { method: 'POST' });
  return JSON.parse((await answer.text()).trim().split('\n').at(-1)!);
}
