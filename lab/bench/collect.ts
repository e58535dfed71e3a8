// Loaded into the gateway for the memory part: at each message it collects its garbage and tells what is left.
/** Told to the parent, in bytes. */
export type Held = Pick<NodeJS.MemoryUsage, 'rss' | 'heapUsed'>;

process.on('message', () => {
  globalThis.gc!();
  const { rss, heapUsed } = process.memoryUsage();
  process.send!({ rss, heapUsed } satisfies Held);
});
