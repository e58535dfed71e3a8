// Loaded into the gateway to measure its memory: at each message it collects garbage and replies what is left.
/** The reply, in bytes. */
export type Held = Pick<NodeJS.MemoryUsage, 'rss' | 'heapUsed'>;

process.on('message', () => {
  globalThis.gc!();
  const { rss, heapUsed } = process.memoryUsage();
  process.send!({ rss, heapUsed } satisfies Held);
});
