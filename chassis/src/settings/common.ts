// The settings of every process.
import { hostNames } from './host-names.ts';
import { choice, flag, milliseconds, optionalInteger, port, text } from './settings.ts';
import { secretToken } from './secrets.ts';
import { tracingSettings } from './tracing.ts';

/** Settings of every process. `ports` are the defaults of PORT and ADMIN_PORT. */
export const commonSettings = (ports: { public: number; admin: number }) => ({
  HOST: text('127.0.0.1', 'Address of the public listener.'),
  PORT: port(ports.public, 'Port of the public listener.'),
  ADMIN_HOST: text('127.0.0.1', 'Address of the admin listener.'),
  ADMIN_PORT: port(ports.admin, 'Port of the admin listener: metrics, health, readiness.'),
  ADMIN_NAMES: hostNames(
    'Host names by which the admin port is reached. Addresses, names without a dot, and names that end in .local, .internal, .svc or .localhost need not be in the list; requests for any other host are refused (DNS rebinding).',
  ),
  ADMIN_TOKEN: secretToken(
    'Token that clients of the admin port send; health and readiness need none. Required when ADMIN_HOST is not a loopback address, unless ADMIN_OPEN is true.',
  ),
  ADMIN_READ_TOKEN: secretToken(
    'A second token, which allows reading on the admin port but no change, for Prometheus. Needs ADMIN_TOKEN.',
  ),
  ADMIN_OPEN: flag(
    false,
    'Whether the admin port may listen without a token on an address that is not loopback, because only operators can reach it.',
  ),
  LOG_LEVEL: choice(
    ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'],
    'info',
    'The least severe level that is logged.',
  ),
  ACCESS_LOG: flag(
    false,
    'Whether each request writes a line at the level info, with names of the semantic conventions of OpenTelemetry.',
  ),
  // Above what common balancers keep idle connections for (nginx and AWS ALB: 60 s), so that they close first.
  KEEP_ALIVE_MS: milliseconds(
    75_000,
    'How long an idle connection is kept open, in milliseconds. Longer than load balancers in front keep theirs.',
    { max: 600_000 },
  ),
  SHUTDOWN_GRACE_MS: optionalInteger(
    'How long new requests are still accepted after SIGTERM, in milliseconds, so that load balancers can notice that the process is not ready. When left out: 5000, or 0 when NODE_ENV is development.',
    300_000,
  ),
  NODE_ENV: text('development', 'Changes defaults: see SHUTDOWN_GRACE_MS and DEMO_DATA.'),
  ...tracingSettings(),
});

const SHUTDOWN_GRACE_MS = 5_000;

export interface GraceSettings {
  readonly SHUTDOWN_GRACE_MS?: number | undefined;
  readonly NODE_ENV: string;
}

/** Returns how long a process still accepts requests after SIGTERM, in ms. */
export const shutdownGraceMs = (settings: GraceSettings): number =>
  settings.SHUTDOWN_GRACE_MS ?? (settings.NODE_ENV === 'development' ? 0 : SHUTDOWN_GRACE_MS);
