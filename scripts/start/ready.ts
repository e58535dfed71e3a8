// Waits until the processes are ready, by polling /readyz.
import { setTimeout as pause } from 'node:timers/promises';
import type { Plan } from './plan.ts';

const POLL_MS = 100;
const REPORT_EVERY_MS = 10_000;

/** Returns the reason why a process is not ready; undefined when it is ready. */
async function unreadyReason({ adminUrl }: Plan): Promise<string | undefined> {
  try {
    const answer = await fetch(`${adminUrl}/readyz`, { signal: AbortSignal.timeout(1000) });
    if (answer.ok) return undefined;
    const { detail } = (await answer.json()) as { detail?: string };
    return detail ?? `status ${answer.status}`;
  } catch {
    return 'no answer yet';
  }
}

/** Resolves when all processes are ready. Every 10 s it reports the others, with their reasons. */
export async function untilReady(
  plans: readonly Plan[],
  report: (line: string) => void,
): Promise<void> {
  let reportedAt = performance.now();
  for (;;) {
    const reasons = await Promise.all(
      plans.map(async (plan) => ({ name: plan.name, reason: await unreadyReason(plan) })),
    );
    const waiting = reasons.filter(({ reason }) => reason !== undefined);
    if (waiting.length === 0) return;
    if (performance.now() - reportedAt > REPORT_EVERY_MS) {
      reportedAt = performance.now();
      for (const { name, reason } of waiting) report(`Waiting for ${name}: ${reason}`);
    }
    await pause(POLL_MS);
  }
}
