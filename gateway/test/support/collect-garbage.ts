// Loaded into a child process with --expose-gc: collects garbage when asked by SIGUSR2, so that what is left is held.
process.on('SIGUSR2', () => {
  globalThis.gc?.();
});
