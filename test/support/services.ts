// Identity and Social as processes of their own, which can be killed and asked.
import { join } from 'node:path';
import type { ReplicaState } from '../../social-service/src/replica/store.ts';
import { logged, run, type Child } from './child.ts';
import { root } from './sources.ts';
import { until } from './system.ts';

export interface ServiceProcess {
  readonly child: Child;
  readonly url: string;
  readonly adminUrl: string;
}

/** A service with an admin port, in a process of its own or in this one. */
type Administered = Pick<ServiceProcess, 'adminUrl'>;

const WHOLE_MS = 120_000;

/** Resolves when it listens, which is before it is ready. */
export async function startService(
  name: 'identity-service' | 'social-service',
  env: Readonly<Record<string, string>>,
): Promise<ServiceProcess> {
  const common = { PORT: '0', ADMIN_PORT: '0', DEMO_DATA: 'false' };
  const child = run(join(root, name, 'src/main.ts'), { ...common, ...env });
  const { url, adminUrl } = (await logged(child, 'listening')) as { url: string; adminUrl: string };
  return { child, url, adminUrl };
}

/** Ends it by a signal; resolves when it is gone. */
export async function endService(
  { child }: ServiceProcess,
  signal: 'SIGKILL' | 'SIGTERM',
): Promise<void> {
  child.process.kill(signal);
  await child.ended;
}

/** The value of one series, by its name and its labels. */
export async function gaugeOf({ adminUrl }: Administered, name: string): Promise<number> {
  const text = await (await fetch(`${adminUrl}/metrics`)).text();
  return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]);
}

/** The position of the newest event at Identity. */
export async function headOf({ url }: ServiceProcess): Promise<number> {
  const answer = await fetch(`${url}/api/user-events?lastEventId=latest`);
  return Number(answer.headers.get('Log-Head'));
}

/** How Social's copy stands. */
export async function copyStateOf({ adminUrl }: Administered): Promise<ReplicaState> {
  return (await (await fetch(`${adminUrl}/authors`)).json()) as ReplicaState;
}

/** Waits until Social's copy is as far as Identity's log. */
export async function untilCopied(identity: ServiceProcess, social: ServiceProcess): Promise<void> {
  const head = await headOf(identity);
  const far = async (): Promise<boolean> => (await copyStateOf(social)).position === head;
  await until('the copy is as far as the log', far, WHOLE_MS);
}

/** What Social finds when it compares its copy with Identity. */
export async function verified({ adminUrl }: ServiceProcess): Promise<unknown> {
  const answer = await fetch(`${adminUrl}/authors/verify`, { method: 'POST' });
  return JSON.parse((await answer.text()).trim().split('\n').at(-1)!);
}
