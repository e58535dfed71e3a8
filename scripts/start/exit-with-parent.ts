// Preloaded into each process of `npm start`: ends the process when the launcher ends, even by SIGKILL.
// Standard input is a pipe from the launcher, which the system closes with the launcher.
const { ppid } = process;

process.stdin.on('end', () => {
  // Under `node --watch` the parent is the watcher. It has to end, and ends this process, too.
  const watched = process.env['WATCH_REPORT_DEPENDENCIES'] !== undefined;
  process.kill(watched ? ppid : process.pid, 'SIGTERM');
});
process.stdin.resume();
// The pipe must not keep the process alive. Node's types have no unref(), since they assume a terminal.
(process.stdin as unknown as { unref?(): void }).unref?.();
