// POST /authors/verify on the admin port, with a verification that the test controls.
import { once } from 'node:events';
import { afterEach, expect, test } from '@jest/globals';
import { SourceError } from 'chassis/events/source';
import { createApp } from 'chassis/http/app';
import { listen, type Listening } from 'chassis/http/server';
import { DatabaseError } from 'chassis/postgres/errors';
import { abortableRequest, request } from 'chassis/testing/http-client';
import { memoryLog } from 'chassis/testing/memory-log';
import type { Verified } from '../../src/replica/verification/verify.ts';
import { type ReplicaAdmin, replicaAdminRoutes } from '../../src/routes/replica-admin.ts';

const SAME = { compared: 3, differences: [], more: false, late: false };

let listening: Listening;
afterEach(() => listening.stop());

/** Serves the admin routes. Each verification waits until `end` ends it, or its signal aborts. */
async function arrange() {
  const { log, lines } = memoryLog();
  const verification = Promise.withResolvers<Verified>();
  const started = Promise.withResolvers<AbortSignal>();
  const verify: ReplicaAdmin['verify'] = (signal) => {
    started.resolve(signal);
    signal.addEventListener('abort', () => verification.reject(signal.reason));
    return verification.promise;
  };
  const routes = replicaAdminRoutes({ verify } as ReplicaAdmin, log);
  listening = await listen(createApp({ routes, log }), '127.0.0.1', 0);
  const url = `${listening.url}/authors/verify`;
  return {
    url,
    lines,
    post: () => request(url, { method: 'POST' }),
    started: started.promise,
    end: verification,
  };
}

/** Parses the last line of JSON. */
const lastLine = (text: string): unknown => JSON.parse(text.trim().split('\n').at(-1)!);

test('a second verification at the same time is a 409 that says why, and the first goes on', async () => {
  const { post, started, end } = await arrange();
  const first = post();
  await started;
  const second = await post();
  expect(second.status).toBe(409);
  expect(second.body).toMatchObject({
    type: 'urn:social-network:problem:conflict',
    title: 'Conflict with the current state',
    detail: 'A verification is already running',
  });
  end.resolve(SAME);
  expect(lastLine((await first).text)).toEqual({ verified: SAME });
  expect((await post()).status).toBe(200);
});

test('an unexpected error is logged, and the client does not see what it is', async () => {
  const { post, lines, end } = await arrange();
  end.reject(new TypeError('a bug'));
  expect(lastLine((await post()).text)).toEqual({ failed: 'unexpected error' });
  expect(lines).toEqual([
    expect.objectContaining({
      level: 50,
      err: expect.objectContaining({ type: 'TypeError', message: 'a bug' }),
      msg: 'unexpected error in a verification of the replica; this is a bug',
    }),
  ]);
});

test.each([
  ['Identity', new SourceError('the feed cannot be reached'), 'the feed cannot be reached'],
  ['the database', new DatabaseError('ECONNREFUSED', 'refused'), 'the database does not answer'],
])(
  'a failure of %s is reported to the client, and not logged as a bug',
  async (_, error, failed) => {
    const { post, lines, end } = await arrange();
    end.reject(error);
    expect(lastLine((await post()).text)).toEqual({ failed });
    expect(lines).toEqual([]);
  },
);

test('a client that disconnects cancels the verification, and nothing is logged', async () => {
  const { url, post, lines, started } = await arrange();
  const client = abortableRequest(url, { method: 'POST' });
  const signal = await started;
  const cancelled = once(signal, 'abort');
  await client.abort();
  await cancelled;
  expect((await post()).status).toBe(200);
  expect(lines).toEqual([]);
});
