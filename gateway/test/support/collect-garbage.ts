// Collects garbage on SIGUSR2. Imported into a process that runs with --expose-gc.
process.on('SIGUSR2', () => {
  globalThis.gc?.();
});
