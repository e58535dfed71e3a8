// What an answer's headers say: where its parts come from, what failed, how long each upstream took.

/** A member of `Cache-Status` (RFC 9211) or `Proxy-Status` (RFC 9209): a name, and its parameters. */
export interface StatusMember {
  readonly name: string;
  /** A parameter without a value is `true`. */
  readonly parameters: Readonly<Record<string, string | true>>;
}

export interface AnswerInfo {
  /** 0 when there was no answer. */
  readonly status: number;
  /** How often the request was sent. */
  readonly attempts: number;
  /** Time from the first attempt to the last answer, in milliseconds, waits included. */
  readonly durationMs: number;
  /** The same as in the server's log; undefined when there was no answer. */
  readonly requestId: string | undefined;
  /** For If-Match. */
  readonly etag: string | undefined;
  /** When the server wants to be asked again, in milliseconds from the answer. */
  readonly retryAfterMs: number | undefined;
  readonly cacheStatus: readonly StatusMember[];
  readonly proxyStatus: readonly StatusMember[];
  /** Time spent in each upstream, in milliseconds. */
  readonly serverTiming: Readonly<Record<string, number>>;
}

/** Reads the headers of an answer. @param response undefined when there was none */
export function infoOf(
  response: Response | undefined,
  attempts: number,
  durationMs: number,
): AnswerInfo {
  const header = (name: string): string | undefined => response?.headers.get(name) ?? undefined;
  const timings = parseMembers(header('Server-Timing'));
  return {
    status: response?.status ?? 0,
    attempts,
    durationMs,
    requestId: header('X-Request-Id'),
    etag: header('ETag'),
    retryAfterMs: retryAfterMs(header('Retry-After')),
    cacheStatus: parseMembers(header('Cache-Status')),
    proxyStatus: parseMembers(header('Proxy-Status')),
    serverTiming: Object.fromEntries(
      timings.map(({ name, parameters }) => [name, Number(parameters['dur'] ?? 0)]),
    ),
  };
}

/** Seconds, or a date (RFC 9110, section 10.2.3), in milliseconds from now; undefined when it is neither. */
export function retryAfterMs(text: string | undefined, now = Date.now()): number | undefined {
  if (text === undefined) return undefined;
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - now;
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}

const MEMBER = /((?:"(?:\\.|[^"\\])*"|[^",])+)/g;
const PARAMETER = /;\s*([\w*.-]+)(?:=(?:"((?:\\.|[^"\\])*)"|([^;\s]*)))?/g;

/** Parses a list of names with parameters (RFC 9651), such as `author; hit; ttl=21, post; fwd=miss`. */
export function parseMembers(text = ''): StatusMember[] {
  return [...text.matchAll(MEMBER)].map(([member]) => ({
    name: member.split(';', 1)[0]!.trim(),
    parameters: Object.fromEntries(
      [...member.matchAll(PARAMETER)].map(([, name = '', quoted, plain]) => [
        name,
        quoted?.replace(/\\(.)/g, '$1') ?? plain ?? true,
      ]),
    ),
  }));
}
