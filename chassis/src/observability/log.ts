// Structured logs: one JSON line for each event, on standard output.
import { pino, type Logger } from 'pino';
import { standardOutput } from './log-destination.ts';

export type { Logger };

/** Makes a logger that adds the service's name to each line. Data of clients is logged only when a caller passes it. */
export const createLogger = (service: string, level: string): Logger =>
  pino(
    {
      level,
      base: { service },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      // A safety net: these fields must never be logged.
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
    standardOutput,
  );
