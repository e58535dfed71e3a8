// Structured logs: one JSON line for each event, on standard output.
import { pino, type Logger } from 'pino';

export type { Logger };

/** A logger whose every line names its service. Nothing that a client sent is logged but what a caller passes. */
export const createLogger = (service: string, level: string): Logger =>
  pino(
    {
      level,
      base: { service },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      // A last line of defence: these never belong into a log, wherever they come from.
      redact: {
        paths: [
          'authorization',
          'cookie',
          'password',
          'email',
          '*.authorization',
          '*.cookie',
          '*.password',
          '*.email',
        ],
        censor: '[hidden]',
      },
    },
    // Asynchronous, pino would try for ever at the exit when nobody reads the log any more, and never exit.
    pino.destination({ sync: true }),
  );
