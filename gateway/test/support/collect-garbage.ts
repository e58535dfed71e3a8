// Loaded into a process with --expose-gc: SIGUSR2 collects garbage.
process.on('SIGUSR2', () => {
  globalThis.gc?.();
});
