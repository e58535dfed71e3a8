// For processes that tests kill.

/**
 * Prints a line; resolves when the operating system has it. A line that only waits in the process would be lost when the
 * process is killed, and on a busy machine the reader takes lines late.
 */
export const printLine = (line: string): Promise<void> =>
  new Promise((resolve) => process.stdout.write(`${line}\n`, () => resolve()));
