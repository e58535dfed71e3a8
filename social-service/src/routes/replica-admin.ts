// For the admin port: GET /authors, GET /authors/broken, POST /authors/rebuild and POST /authors/verify
import type { ServerResponse } from 'node:http';
import type { Route } from 'chassis/http/app';
import { SourceError } from 'chassis/events/source';
import { requireSameOrigin } from 'chassis/http/same-origin';
import { Problem } from 'chassis/http/problem';
import type { StoredDeadLetter } from '../replica/dead-letters.ts';
import type { ReplicaState } from '../replica/store.ts';
import type { Verified } from '../replica/verification/verify.ts';

export interface ReplicaAdmin {
  state(): Promise<ReplicaState & { readonly head: number }>;
  deadLetters(): Promise<readonly StoredDeadLetter[]>;
  /** @returns whether it began: it does not while one is under way */
  rebuild(): Promise<boolean>;
  verify(signal: AbortSignal, progress: (compared: number) => void): Promise<Verified>;
}

/** Less than a connection may stand still. */
const SIGN_OF_LIFE_MS = 1_000;

export function replicaAdminRoutes(copy: ReplicaAdmin): Route[] {
  let verifying = false;

  /** Lines of JSON: how far it is, and what it found; it ends when nobody reads them any more. */
  const verifyInto = async (res: ServerResponse): Promise<void> => {
    const leaving = new AbortController();
    let compared = 0;
    const say = (line: object): void => void res.write(`${JSON.stringify(line)}\n`);
    const timer = setInterval(() => say({ compared }), SIGN_OF_LIFE_MS);
    res.once('close', () => leaving.abort());
    try {
      say({ verified: await copy.verify(leaving.signal, (count) => (compared = count)) });
    } catch (error) {
      say({ failed: error instanceof SourceError ? error.message : 'it cannot be done now' });
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
      handle: async () => ({ body: await copy.state(), cache: 'no-store' }),
    },
    {
      method: 'get',
      path: '/authors/broken',
      handle: async () => ({ body: { items: await copy.deadLetters() }, cache: 'no-store' }),
    },
    {
      method: 'post',
      path: '/authors/rebuild',
      async handle(req) {
        requireSameOrigin(req);
        const began = await copy.rebuild();
        return { body: { began, ...(await copy.state()) }, cache: 'no-store' };
      },
    },
    {
      method: 'post',
      path: '/authors/verify',
      handle(req) {
        requireSameOrigin(req);
        if (verifying) throw new Problem('conflict', 'The copy is being compared already');
        verifying = true;
        return { type: 'application/x-ndjson', stream: (res) => void verifyInto(res) };
      },
    },
  ];
}
