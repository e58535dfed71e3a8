// Measures the delay of the event loop while there is work: how much later than planned a timer runs.

/** Interval of the measurements, in ms. */
const TICK_MS = 20;
/** Ticks without work after which nothing is measured. */
const IDLE_TICKS = 50;

/**
 * Makes a meter. Each measurement calls `onTick` with the delay and `performance.now()`, both in ms; it returns whether there is
 * still work.
 * @returns starts the meter, unless it runs
 */
export function loopDelayMeter(onTick: (delayMs: number, now: number) => boolean): () => void {
  let timer: NodeJS.Timeout | undefined;
  let tickedAt = 0;
  let idleTicks = 0;
  const tick = (): void => {
    const now = performance.now();
    const delayMs = Math.max(0, now - tickedAt - TICK_MS);
    tickedAt = now;
    idleTicks = onTick(delayMs, now) ? 0 : idleTicks + 1;
    if (idleTicks < IDLE_TICKS) return;
    clearInterval(timer);
    timer = undefined;
  };
  return () => {
    if (timer !== undefined) return;
    tickedAt = performance.now();
    idleTicks = 0;
    timer = setInterval(tick, TICK_MS).unref();
  };
}
