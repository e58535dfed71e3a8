// Waiting for the processes: their own readiness, asked again and again, and a word when it takes long.
import { setTimeout as pause } from 'node:timers/promises';
import type { Plan } from './plan.ts';

const POLL_MS = 100;
const TELL_AFTER_MS = 10_000;

/** Why it is not ready; undefined when it is. */
async function whyNot({ adminUrl }: Plan): Promise<string | undefined> {
  try {
    const answer = await fetch(`${adminUrl}/readyz`, { signal: AbortSignal.timeout(1000) });
    if (answer.ok) return undefined;
    const { detail } = (await answer.json()) as { detail?: string };
    return detail ?? `status ${answer.status}`;
  } catch {
    return 'no answer yet';
  }
}

/** Resolves when every process says that it is ready; every 10 s tells which are not, and why. */
export async function untilReady(
  plans: readonly Plan[],
  tell: (line: string) => void,
): Promise<void> {
  let toldAt = performance.now();
  for (;;) {
    const reasons = await Promise.all(
      plans.map(async (plan) => ({ name: plan.name, reason: await whyNot(plan) })),
    );
    const waiting = reasons.filter(({ reason }) => reason !== undefined);
    if (waiting.length === 0) return;
    if (performance.now() - toldAt > TELL_AFTER_MS) {
      toldAt = performance.now();
      for (const { name, reason } of waiting) tell(`Waiting for ${name}: ${reason}`);
    }
    await pause(POLL_MS);
  }
}
