// Runs the redocly command with our settings, without telemetry and update notices.
import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const command = join(
  dirname(fileURLToPath(import.meta.resolve('@redocly/cli/package.json'))),
  'bin/cli.js',
);
const config = join(import.meta.dirname, '../redocly.yaml');
const environment = {
  REDOCLY_TELEMETRY: 'off',
  REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true',
  NO_COLOR: '1',
};

export interface Outcome {
  /** Whether the exit code is 0. */
  readonly passed: boolean;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `redocly <args>`. It does not throw when redocly fails; `passed` is then false. */
export async function redocly(...args: readonly string[]): Promise<Outcome> {
  const run = promisify(execFile)(process.execPath, [command, ...args, `--config=${config}`], {
    env: { ...process.env, ...environment },
    maxBuffer: 64 * 1024 * 1024,
  });
  return run.then(
    (output) => ({ passed: true, ...output }),
    (error: { stdout?: string; stderr?: string; message: string }) => ({
      passed: false,
      stdout: error.stdout ?? '',
      stderr: error.stderr ?? error.message,
    }),
  );
}
