// Standard output as the destination of log lines. Logging never blocks the process: lines that the reader of the log
// does not take in time are dropped and counted.
import type { Writable } from 'node:stream';

/** Bytes that wait for the reader of the log. Further lines are dropped until the reader has taken half of them. */
const MAX_BUFFERED = 1_048_576;

export interface LogDestination {
  /** Takes one line, with its line break. Never blocks and never throws. */
  write(line: string): void;
  /** How many lines were dropped since the start. */
  readonly dropped: number;
  /** Waits until the buffered lines are written, or for `limitMs`. */
  flush(limitMs: number): Promise<void>;
}

/** @param onResume makes the line that says how many lines were dropped, once lines are written again */
export function createLogDestination(
  output: Writable,
  onResume: (dropped: number) => string,
  maxBuffered: number = MAX_BUFFERED,
): LogDestination {
  let dropped = 0;
  let droppedInRow = 0;
  // The reader of the log is gone (EPIPE); without a listener this would end the process.
  output.on('error', () => undefined);

  const isFull = (): boolean =>
    // Not at every line: a buffer that is nearly full would alternate between lines and reports of dropped lines.
    output.writableLength > (droppedInRow > 0 ? maxBuffered / 2 : maxBuffered);

  return {
    write(line) {
      if (!output.writable || isFull()) {
        dropped += 1;
        droppedInRow += 1;
        return;
      }
      if (droppedInRow > 0) output.write(onResume(droppedInRow));
      droppedInRow = 0;
      output.write(line);
    },
    get dropped() {
      return dropped;
    },
    flush(limitMs) {
      if (!output.writable || output.writableLength === 0) return Promise.resolve();
      return new Promise((resolve) => {
        const timer = setTimeout(resolve, limitMs);
        output.write('', () => {
          clearTimeout(timer);
          resolve();
        });
      });
    },
  };
}

/** Where all loggers of this process write to. */
export const standardOutput = createLogDestination(process.stdout, (dropped) => {
  const time = new Date().toISOString();
  const msg = 'log lines dropped; their reader was too slow';
  return `${JSON.stringify({ level: 'warn', time, dropped, msg })}\n`;
});
