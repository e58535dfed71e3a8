// The replica on the admin port: GET /authors, GET /authors/broken, POST /authors/rebuild and POST /authors/verify.
// The names `authors`, `broken` and `head` are on the wire; in the code they are replica, dead letters and end offset.
import type { ServerResponse } from 'node:http';
import type { Route } from 'chassis/http/app';
import type { Logger } from 'chassis/observability/log';
import { isUnavailable } from 'chassis/postgres/errors';
import { SourceError } from 'chassis/events/source';
import { requireSameOrigin } from 'chassis/admin/same-origin';
import { Problem } from 'chassis/http/problem';
import type { StoredDeadLetter } from '../replica/dead-letters.ts';
import type { ReplicaState } from '../replica/store.ts';
import type { Verified } from '../replica/verification/verify.ts';

export interface ReplicaAdmin {
  /** Returns the state, with the end offset of the log as `head`. */
  state(): Promise<ReplicaState & { readonly head: number }>;
  deadLetters(): Promise<readonly StoredDeadLetter[]>;
  /** Starts a rebuild. Returns false if a rebuild is already running. */
  rebuild(): Promise<boolean>;
  /** @throws SourceError if Identity is unavailable; an AbortError when the signal aborts or the service stops */
  verify(signal: AbortSignal, progress: (compared: number) => void): Promise<Verified>;
}

/** Interval of progress lines; less than the idle timeout of a connection. */
const PROGRESS_MS = 1_000;

export function replicaAdminRoutes(replica: ReplicaAdmin, log: Logger): Route[] {
  let verifying = false;

  /** Returns why the verification failed, for the client. Logs an error that nobody expects. */
  const reasonOf = (error: unknown): string => {
    if (error instanceof SourceError) return error.message;
    if ((error as { name?: unknown } | undefined)?.name === 'AbortError') return 'cancelled';
    if (isUnavailable(error)) return 'the database does not answer';
    log.error({ err: error }, 'unexpected error in a verification of the replica; this is a bug');
    return 'unexpected error';
  };

  /** Writes lines of JSON: the progress, and then the result. Stops when the client disconnects. */
  const streamVerification = async (res: ServerResponse): Promise<void> => {
    const disconnect = new AbortController();
    let compared = 0;
    const writeLine = (line: object): void => void res.write(`${JSON.stringify(line)}\n`);
    const timer = setInterval(() => writeLine({ compared }), PROGRESS_MS);
    res.once('close', () => disconnect.abort());
    try {
      writeLine({
        verified: await replica.verify(disconnect.signal, (count) => (compared = count)),
      });
    } catch (error) {
      writeLine({ failed: reasonOf(error) });
    } finally {
      verifying = false;
      clearInterval(timer);
      res.end();
    }
  };

  return [
    {
      method: 'get',
      path: '/authors',
      handle: async () => ({ body: await replica.state(), cache: 'no-store' }),
    },
    {
      method: 'get',
      path: '/authors/broken',
      handle: async () => ({ body: { items: await replica.deadLetters() }, cache: 'no-store' }),
    },
    {
      method: 'post',
      path: '/authors/rebuild',
      async handle(req) {
        requireSameOrigin(req);
        const began = await replica.rebuild();
        return { body: { began, ...(await replica.state()) }, cache: 'no-store' };
      },
    },
    {
      method: 'post',
      path: '/authors/verify',
      handle(req) {
        requireSameOrigin(req);
        if (verifying) throw new Problem('conflict', 'A verification is already running');
        verifying = true;
        return { type: 'application/x-ndjson', stream: (res) => void streamVerification(res) };
      },
    },
  ];
}
