// The replica on the admin port: GET /authors, POST /authors/rebuild and POST /authors/verify.
// The names `authors` and `head` are on the wire; in the code they are replica and end offset.
import type { ServerResponse } from 'node:http';
import { defineRoute, type Route } from 'chassis/http/app';
import type { Logger } from 'chassis/observability/log';
import { isUnavailable } from 'chassis/postgres/errors';
import { SourceError } from 'chassis/events/source';
import { requireSameOrigin } from 'chassis/admin/same-origin';
import { invalid, Problem } from 'chassis/http/problem';
import type { ReplicaStatus } from '../replica/store.ts';
import type { Verified } from '../replica/verification/verify.ts';

export interface ReplicaAdmin {
  state(): Promise<ReplicaStatus>;
  /**
   * Starts a rebuild. Returns false if a rebuild is already running.
   * @param accepted the epoch that the rebuild may take, whatever was served before; `any` for every epoch
   */
  rebuild(accepted?: string): Promise<boolean>;
  /** @throws SourceError if Identity is unavailable; an AbortError when the signal aborts or the service stops */
  verify(signal: AbortSignal, progress: (compared: number) => void): Promise<Verified>;
}

const EPOCH = /^([0-9a-f]{16}|any)$/;
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
    defineRoute({
      method: 'post',
      path: '/authors/rebuild',
      query: ['epoch'],
      async handle(req, { epoch }) {
        requireSameOrigin(req);
        if (epoch !== undefined && !EPOCH.test(epoch))
          throw invalid('/query/epoch', 'expected the id of an epoch, or any');
        const began = await replica.rebuild(epoch);
        return { body: { began, ...(await replica.state()) }, cache: 'no-store' };
      },
    }),
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
