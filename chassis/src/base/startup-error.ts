// The error that stops a start, and that a person can correct.

/** Its message is written to the terminal without a stack; the process exits with code 1. */
export class StartupError extends Error {
  override readonly name: string = 'StartupError';
}
