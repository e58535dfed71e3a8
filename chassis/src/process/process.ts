// The life of a process: two listeners, signals, exit codes.
import './runtime.ts';
import type { RequestListener } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { adminAccess, type AdminAccessSettings } from '../admin/access.ts';
import { createAdminApp, type AdminOptions, type Readiness } from '../admin/app.ts';
import { listen, type Listening, type ListenOptions } from '../http/server.ts';
import { reportCutOffs } from './cut-offs.ts';
import { standardOutput } from '../observability/log-destination.ts';
import { StartupError } from '../base/startup-error.ts';
import { type GraceSettings, shutdownGraceMs } from '../settings/common.ts';

/** Shorter than the limit of the public listener: admin answers are short, except for event streams, which never end. */
const ADMIN_STOP_LIMIT_MS = 500;

/** The settings of the two listeners. */
export interface ListenerSettings extends GraceSettings, AdminAccessSettings {
  readonly HOST: string;
  readonly PORT: number;
  readonly ADMIN_PORT: number;
  readonly ADMIN_NAMES?: readonly string[];
  readonly KEEP_ALIVE_MS: number;
}

type Listened = Pick<ListenOptions, 'messages' | 'admission'>;
export interface ServeOptions extends Omit<AdminOptions, 'readiness' | 'access'>, Listened {
  readonly handler: RequestListener;
  readonly settings: ListenerSettings;
  readonly readiness?: Readiness;
  /** Called once when the process stops accepting requests: long polls should be answered now. */
  readonly onStopping?: () => void;
  /** Closes pools, databases and timers, after the last request. */
  readonly close: () => Promise<void> | void;
}

/** A process that serves. */
export interface Running {
  readonly url: string;
  readonly adminUrl: string;
  /** How long `stop` still accepts requests, in ms. */
  readonly graceMs: number;
  /** Turns readiness to 503, accepts requests for `graceMs`, finishes requests in flight, closes everything. */
  stop(): Promise<void>;
}

/**
 * Opens both listeners; the admin listener closes last.
 * @throws ListenError when an address is taken; nothing stays open then
 */
export async function serve(options: ServeOptions): Promise<Running> {
  const { handler, messages, settings, log, close, readiness = () => undefined } = options;
  const graceMs = shutdownGraceMs(settings);
  let stopping = false;
  const adminApp = createAdminApp({
    ...options,
    ...(settings.ADMIN_NAMES && { names: settings.ADMIN_NAMES }),
    access: adminAccess(settings),
    readiness: () => (stopping ? 'stopping' : readiness()),
  });
  const onCutOff = reportCutOffs(options.metrics, log);
  const { admission } = options;
  const publicOptions = { messages, admission, keepAliveMs: settings.KEEP_ALIVE_MS, onCutOff };
  const opened: Listening[] = [];
  try {
    opened.push(await listen(handler, settings.HOST, settings.PORT, publicOptions));
    opened.push(await listen(adminApp, settings.ADMIN_HOST, settings.ADMIN_PORT, { onCutOff }));
  } catch (error) {
    await Promise.all(opened.map((listening) => listening.stop()));
    await close();
    throw error;
  }
  const [publicListener, adminListener] = opened as [Listening, Listening];
  log.info({ url: publicListener.url, adminUrl: adminListener.url }, 'listening');
  return {
    url: publicListener.url,
    adminUrl: adminListener.url,
    graceMs,
    async stop() {
      if (stopping) return;
      stopping = true;
      log.info({ graceMs }, 'stopping; requests are still accepted for graceMs');
      // Load balancers notice within this time that the process is not ready, and choose others.
      publicListener.closeAfterAnswers();
      await pause(graceMs);
      options.onStopping?.();
      await publicListener.stop();
      await close();
      await adminListener.stop(ADMIN_STOP_LIMIT_MS);
      log.info('stopped');
    },
  };
}

// A terminal sends Ctrl-C to npm and to the process, and npm forwards it: a signal within this time is the same Ctrl-C.
const SAME_CTRL_C_MS = 1000;
// Supervisors send SIGKILL 10 s after the grace period. The process exits before: its data survives unfinished work.
const STOP_LIMIT_MS = 9_000;
/** How long the exit waits for the reader of the log. */
const FLUSH_MS = 500;

/**
 * Runs a service until SIGTERM or SIGINT, and exits within 10 s after its grace period; with code 1 when stopping hung. The message of a
 * StartupError is written to the terminal; the exit code is 1 as well.
 */
export async function runService(
  start: (env: Readonly<Record<string, string | undefined>>) => Promise<Running>,
): Promise<void> {
  let running: Running | undefined;
  let signalledAt: number | undefined;
  const onSignal = (): void => {
    const now = performance.now();
    // A signal during the start, or a second Ctrl-C, ends the process at once.
    if (running === undefined) process.exit(0);
    if (signalledAt !== undefined && now - signalledAt > SAME_CTRL_C_MS) process.exit(130);
    if (signalledAt !== undefined) return;
    signalledAt = now;
    setTimeout(() => {
      process.stderr.write(
        `Stopping took longer than ${STOP_LIMIT_MS / 1000} s; exiting with work unfinished.\n`,
      );
      process.exit(1);
    }, running.graceMs + STOP_LIMIT_MS);
    void stopAndExit(running);
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
  process.on('uncaughtException', (error: unknown) => void crash(error));
  try {
    running = await start(process.env);
  } catch (error) {
    if (!(error instanceof StartupError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  }
}

async function stopAndExit(running: Running): Promise<void> {
  await running.stop();
  await standardOutput.flush(FLUSH_MS);
  process.exit(0);
}

/** Ends the process as Node would, but writes the log lines first that are still buffered. */
async function crash(error: unknown): Promise<void> {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  await standardOutput.flush(FLUSH_MS);
  process.exit(1);
}
