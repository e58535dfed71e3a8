// Loaded into each process that `npm start` starts: ends it when the launcher is gone, even by SIGKILL.
// The launcher holds the other end of standard input, which the system closes with the launcher.
const { ppid } = process;

process.stdin.on('end', () => {
  // Under `node --watch` it is the watcher, the parent, that has to end: it takes this process along.
  const watched = process.env['WATCH_REPORT_DEPENDENCIES'] !== undefined;
  process.kill(watched ? ppid : process.pid, 'SIGTERM');
});
process.stdin.resume();
// Node's types know standard input as a terminal only; here it is a pipe, and must not keep the process alive.
(process.stdin as unknown as { unref?(): void }).unref?.();
