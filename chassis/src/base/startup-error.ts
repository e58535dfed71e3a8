// What stops a start and is for a person to mend: told in plain lines, without a stack.

/** The message is written to the terminal as it is; the process exits with 1. */
export class StartupError extends Error {
  override readonly name: string = 'StartError';
}
