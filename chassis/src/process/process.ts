// From a process's start to its end: settings, two listeners, signals, exit codes.
import './runtime.ts';
import type { RequestListener } from 'node:http';
import { createAdminApp, type AdminOptions, type Readiness } from '../http/admin.ts';
import type { MessageClasses } from '../http/app.ts';
import { listen, type Listening } from '../http/server.ts';
import { StartupError } from '../base/startup-error.ts';

/** Shorter than for the public one: all it has in flight are short answers, and event streams, which never end. */
const ADMIN_STOP_LIMIT_MS = 500;

/** Where the two listeners listen. */
export interface Addresses {
  readonly HOST: string;
  readonly PORT: number;
  readonly ADMIN_HOST: string;
  readonly ADMIN_PORT: number;
}

export interface ServeOptions extends Omit<AdminOptions, 'readiness'> {
  readonly handler: RequestListener;
  /** Made for the app behind the handler; plain ones when left out. */
  readonly messages?: MessageClasses;
  readonly settings: Addresses;
  readonly readiness?: Readiness;
  /** Called once, at the beginning of the end: requests that wait for something should be answered now. */
  readonly onStopping?: () => void;
  /** Closes what the process holds, after its last request: pools, databases, timers. */
  readonly close: () => Promise<void> | void;
}

/** A process that serves. */
export interface Running {
  readonly url: string;
  readonly adminUrl: string;
  /** Readiness turns 503, requests in flight finish, everything closes. */
  stop(): Promise<void>;
}

/**
 * Opens both listeners; the admin one is the last to close.
 * @throws ListenError when an address is taken; then nothing stays open.
 */
export async function serve(options: ServeOptions): Promise<Running> {
  const { handler, messages, settings, log, close, readiness = () => undefined } = options;
  let stopping = false;
  const adminApp = createAdminApp({
    ...options,
    readiness: () => (stopping ? 'stopping' : readiness()),
  });
  const opened: Listening[] = [];
  try {
    opened.push(await listen(handler, settings.HOST, settings.PORT, { messages }));
    opened.push(await listen(adminApp, settings.ADMIN_HOST, settings.ADMIN_PORT));
  } catch (error) {
    await Promise.all(opened.map((listening) => listening.stop()));
    await close();
    throw error;
  }
  const [open, admin] = opened as [Listening, Listening];
  log.info({ url: open.url, adminUrl: admin.url }, 'listening');
  return {
    url: open.url,
    adminUrl: admin.url,
    async stop() {
      if (stopping) return;
      stopping = true;
      log.info('stopping: requests in flight finish');
      options.onStopping?.();
      await open.stop();
      await close();
      await admin.stop(ADMIN_STOP_LIMIT_MS);
      log.info('stopped');
    },
  };
}

// A terminal sends Ctrl-C to npm and to the process, and npm passes it on: the second one is still the first.
const SAME_CTRL_C_MS = 1000;
// Whoever stops us waits 10 s. What still hangs by then is cut off, as by SIGKILL, of which everything here is sure.
const STOP_LIMIT_MS = 9_000;

/**
 * Runs a service until SIGTERM or SIGINT, and ends within 10 s; exit code 1 when something hung. What a person has to mend
 * is told in plain lines, with exit code 1 as well.
 */
export async function runService(
  start: (env: Readonly<Record<string, string | undefined>>) => Promise<Running>,
): Promise<void> {
  let running: Running | undefined;
  let toldAt: number | undefined;
  const end = (): void => {
    const now = performance.now();
    // One while the process still starts, or a second Ctrl-C, does not wait.
    if (running === undefined) process.exit(0);
    if (toldAt !== undefined && now - toldAt > SAME_CTRL_C_MS) process.exit(130);
    if (toldAt !== undefined) return;
    toldAt = now;
    setTimeout(() => {
      process.stderr.write(
        `Stopping took longer than ${STOP_LIMIT_MS / 1000} s: what hangs is cut off.\n`,
      );
      process.exit(1);
    }, STOP_LIMIT_MS);
    void running.stop().then(() => process.exit(0));
  };
  process.on('SIGTERM', end);
  process.on('SIGINT', end);
  try {
    running = await start(process.env);
  } catch (error) {
    if (!(error instanceof StartupError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  }
}
