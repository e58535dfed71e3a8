// The state of Social's replica, as the admin port shows it.
import type { ReplicaState } from '../../src/replica/store.ts';

/** Asks a running Social for the state of its replica. */
export async function replicaStateOf({
  adminUrl,
}: {
  readonly adminUrl: string;
}): Promise<ReplicaState> {
  return (await (await fetch(`${adminUrl}/authors`)).json()) as ReplicaState;
}
