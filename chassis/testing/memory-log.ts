// A logger that records its lines.
import { EventEmitter, once } from 'node:events';
import type { Logger } from 'chassis/observability/log';
import { pino } from 'pino';

export type Line = Readonly<Record<string, unknown>>;

/** Makes a logger. `wait` resolves with the next line whose `msg` matches. */
export function memoryLog(): {
  log: Logger;
  lines: Line[];
  wait: (message: RegExp) => Promise<Line>;
} {
  const lines: Line[] = [];
  const written = new EventEmitter();
  const stream = {
    write(text: string) {
      const line = JSON.parse(text) as Line;
      lines.push(line);
      written.emit('line', line);
    },
  };
  return {
    log: pino({ level: 'trace' }, stream),
    lines,
    async wait(message) {
      for (;;) {
        const [line] = (await once(written, 'line')) as [Line];
        if (message.test(String(line['msg']))) return line;
      }
    },
  };
}
