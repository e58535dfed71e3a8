// The settings of every process.
import { choice, milliseconds, port, text } from './settings.ts';

/** Settings of every process. `ports` are the defaults of PORT and ADMIN_PORT. */
export const commonSettings = (ports: { public: number; admin: number }) => ({
  HOST: text('127.0.0.1', 'Address of the public listener.'),
  PORT: port(ports.public, 'Port of the public listener.'),
  ADMIN_HOST: text('127.0.0.1', 'Address of the admin listener.'),
  ADMIN_PORT: port(ports.admin, 'Port of the admin listener: metrics, health, readiness.'),
  LOG_LEVEL: choice(
    ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'],
    'info',
    'The least severe level that is logged.',
  ),
  // Above what common balancers keep idle connections for (nginx and AWS ALB: 60 s), so that they close first.
  KEEP_ALIVE_MS: milliseconds(
    75_000,
    'How long an idle connection is kept open, in milliseconds. Longer than load balancers in front keep theirs.',
    { max: 600_000 },
  ),
});
