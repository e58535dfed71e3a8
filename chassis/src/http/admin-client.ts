// Asking a running process over its admin port: for the commands that a person gives in a terminal.
import { localUrl } from '../base/address.ts';
import { StartupError } from '../base/startup-error.ts';

/** Where the admin port is; commands read the same settings as the process. */
export interface AdminAddress {
  readonly ADMIN_HOST: string;
  readonly ADMIN_PORT: number;
}

/** It may have work to do before it answers; what takes longer tells of its steps. */
const ANSWER_MS = 30_000;

/** @throws StartError when nobody answers within 30 s, or with what the process says is wrong */
export async function requestAdmin(
  address: AdminAddress,
  method: 'GET' | 'POST',
  path: string,
): Promise<unknown> {
  const answer = await send(address, method, path, AbortSignal.timeout(ANSWER_MS));
  return answer.json();
}

/**
 * An answer of lines of JSON, each as soon as it comes. There is no limit to all of them together; fetch ends an answer
 * that is silent for five minutes.
 * @throws StartError as above, and when it breaks off
 */
export async function* requestAdminLines(
  address: AdminAddress,
  method: 'GET' | 'POST',
  path: string,
): AsyncGenerator<unknown, void> {
  const { body } = await send(address, method, path);
  let rest = '';
  try {
    for await (const part of body?.pipeThrough(new TextDecoderStream()) ?? []) {
      const lines = `${rest}${part}`.split('\n');
      rest = lines.pop()!;
      for (const line of lines) yield JSON.parse(line) as unknown;
    }
  } catch (cause) {
    throw new StartupError('The answer broke off: the service has ended meanwhile.', { cause });
  }
}

async function send(
  address: AdminAddress,
  method: string,
  path: string,
  signal: AbortSignal | null = null,
): Promise<Response> {
  const origin = localUrl(address.ADMIN_HOST, address.ADMIN_PORT);
  const answer = await fetch(origin + path, { method, redirect: 'error', signal }).catch(
    (cause: unknown) => {
      throw new StartupError(
        `Nobody answers at ${origin}. Is the service running? ADMIN_HOST and ADMIN_PORT say where.`,
        { cause },
      );
    },
  );
  if (answer.ok) return answer;
  const problem = (await answer.json().catch(() => undefined)) as { detail?: string } | undefined;
  throw new StartupError(
    `${origin}${path} answered with ${answer.status}: ${problem?.detail ?? 'no reason was given'}.`,
  );
}
