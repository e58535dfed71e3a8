// Waiting for what somebody else does.
import { setTimeout as pause } from 'node:timers/promises';

/** Asks again and again until the answer is yes. @throws after `limitMs` */
export async function until(
  what: string,
  ask: () => Promise<boolean>,
  limitMs = 10_000,
): Promise<void> {
  const end = performance.now() + limitMs;
  while (!(await ask())) {
    if (performance.now() > end) throw new Error(`Waited ${limitMs} ms in vain until ${what}`);
    await pause(5);
  }
}
