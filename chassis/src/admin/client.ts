// Requests to the admin port of a running process, for commands in a terminal.
import { localUrl } from '../base/address.ts';
import { StartupError } from '../base/startup-error.ts';

/** Address of the admin port; commands read the same settings as the process. */
export interface AdminAddress {
  readonly ADMIN_HOST: string;
  readonly ADMIN_PORT: number;
  readonly ADMIN_TOKEN?: string | undefined;
}

/** The process may have to work before it answers; longer work reports its steps, see requestAdminLines. */
const ANSWER_TIMEOUT_MS = 30_000;

/** Returns the JSON answer. @throws StartupError without an answer within 30 s, or with the fault that is reported */
export async function requestAdmin(
  address: AdminAddress,
  method: 'GET' | 'POST',
  path: string,
): Promise<unknown> {
  const answer = await send(address, method, path, AbortSignal.timeout(ANSWER_TIMEOUT_MS));
  try {
    return await answer.json();
  } catch (cause) {
    throw new StartupError('The answer broke off, or was not JSON.', { cause });
  }
}

/**
 * Yields the lines of a JSON-lines answer, each line as soon as it arrives. The whole answer has no time limit; fetch
 * ends an answer that is silent for five minutes.
 * @throws StartupError like requestAdmin, and when the answer breaks off
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
    throw new StartupError('The answer broke off: the service stopped meanwhile.', { cause });
  }
}

async function send(
  address: AdminAddress,
  method: string,
  path: string,
  signal: AbortSignal | null = null,
): Promise<Response> {
  const origin = localUrl(address.ADMIN_HOST, address.ADMIN_PORT);
  const headers = address.ADMIN_TOKEN ? { Authorization: `Bearer ${address.ADMIN_TOKEN}` } : {};
  const answer = await fetch(origin + path, { method, headers, redirect: 'error', signal }).catch(
    (cause: unknown) => {
      throw new StartupError(
        `No answer from ${origin}. Is the service running? If its port is another one, set ADMIN_PORT; its log line "listening" has the adminUrl.`,
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
