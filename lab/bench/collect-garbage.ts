// Imported into the gateway to measure its memory: at each message, it collects garbage and replies with the memory in use.
/** The memory in use, in bytes. */
export type MemoryUse = Pick<NodeJS.MemoryUsage, 'rss' | 'heapUsed'>;

process.on('message', () => {
  globalThis.gc!();
  const { rss, heapUsed } = process.memoryUsage();
  process.send!({ rss, heapUsed } satisfies MemoryUse);
});
