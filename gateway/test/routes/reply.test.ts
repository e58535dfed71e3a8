// From parts to an answer: complete, degraded or rejected; and the caller behind a request.
import type { Request } from 'express';
import { Problem } from 'chassis/http/problem';
import { requestContextOf } from 'chassis/http/request-context';
import { describe, expect, jest, test } from '@jest/globals';
import * as fc from 'fast-check';
import { callerOf, notFound, reply, wantsStrict, type OnDegraded } from '../../src/routes/reply.ts';
import type { Fetched } from '../../src/views/data-source.ts';
import {
  author,
  failed,
  unavailable,
  hit,
  miss,
  page,
  post,
  replica,
  stale,
} from '../views/arrange.ts';

const request = (headers: Record<string, string> = {}) => ({ headers }) as unknown as Request;
const strict = request({ prefer: 'handling=strict' });
const BODY = { id: 5 };

function answerTo(req: Request, parts: readonly Fetched<unknown>[]) {
  const onDegraded = jest.fn<OnDegraded>();
  const answer = () => reply(req, BODY, parts, onDegraded);
  return { answer, onDegraded };
}

/** Returns the problem that `answer` throws. */
function problemOf(answer: () => unknown): Problem {
  try {
    answer();
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
  throw new Error('no problem was thrown');
}

describe('a complete answer', () => {
  test('may be cached and revalidated, and has the headers about its parts', () => {
    const { answer, onDegraded } = answerTo(request(), [post(miss(), 1, 3), author(hit())]);
    expect(answer()).toEqual({
      body: BODY,
      cache: 'public',
      headers: {
        'Cache-Status': 'post; fwd=miss, author; hit; ttl=21',
        'Server-Timing': 'social;dur=3.0',
        Vary: 'Prefer',
      },
    });
    expect(onDegraded).not.toHaveBeenCalled();
  });

  test('says that strict handling was applied when the client prefers it', () => {
    const { answer } = answerTo(strict, [author(hit())]);
    expect(answer()).toMatchObject({
      cache: 'public',
      headers: { 'Preference-Applied': 'handling=strict', Vary: 'Prefer' },
    });
  });

  test('may have an author that does not exist', () => {
    const { answer } = answerTo(strict, [post(hit(), 1), author(miss(), undefined)]);
    expect(answer()).toMatchObject({ cache: 'public' });
  });
});

describe('a degraded answer', () => {
  test.each([
    ['stale', stale(), 'stale'],
    ['from the replica', replica(failed()), 'replica'],
    ['missing', unavailable(), 'missing'],
  ])('with a part that is %s is never cached, and is counted once', (_, via, reason) => {
    const { answer, onDegraded } = answerTo(request(), [
      post(hit()),
      { ...author(via), id: 7 },
      { ...author(via), id: 7 },
    ]);
    expect(answer()).toMatchObject({
      body: { ...BODY, degraded: [{ part: 'author', ids: [7] }] },
      cache: 'no-store',
      headers: { 'Proxy-Status': 'identity; error=connection_refused', Vary: 'Prefer' },
    });
    expect(onDegraded.mock.calls).toEqual([['author', reason]]);
  });

  test('is counted by its worst part, such as one missing author among stale ones', () => {
    for (const parts of [
      [author(stale()), author(unavailable())],
      [author(unavailable()), author(stale())],
      [author(replica(failed())), author(unavailable())],
    ]) {
      const { answer, onDegraded } = answerTo(request(), parts);
      answer();
      expect(onDegraded.mock.calls).toEqual([['author', 'missing']]);
    }
    const { answer, onDegraded } = answerTo(request(), [
      author(replica(failed())),
      author(stale()),
    ]);
    answer();
    expect(onDegraded.mock.calls).toEqual([['author', 'stale']]);
  });

  test('with an unavailable page is counted as an answer with a missing post', () => {
    const { answer, onDegraded } = answerTo(request(), [page(unavailable(failed('open')))]);
    answer();
    expect(onDegraded).toHaveBeenCalledWith('post', 'missing');
  });
});

describe('strict handling', () => {
  test('turns a degraded answer into a 503 that names the missing part, and counts it as degraded', () => {
    const { answer, onDegraded } = answerTo(strict, [
      post(hit()),
      author(unavailable(failed('timeout'))),
    ]);
    const problem = problemOf(answer);
    expect([problem.slug, problem.status]).toEqual(['incomplete-answer', 503]);
    expect(problem.message).toMatch(/\bauthor\b/);
    expect(problem.headers).toEqual({
      'Cache-Status': 'post; hit; ttl=21, author; fwd=miss; detail=http_response_timeout',
      'Proxy-Status': 'identity; error=http_response_timeout',
      'Server-Timing': 'identity;dur=1.0',
      'Preference-Applied': 'handling=strict',
      'Retry-After': '1',
      Vary: 'Prefer',
    });
    expect(onDegraded.mock.calls).toEqual([['author', 'missing']]);
  });

  test('rejects a name from the replica after a failure', () => {
    const problem = problemOf(answerTo(strict, [post(replica(failed('open')), 1)]).answer);
    expect(problem.headers).toMatchObject({
      'Cache-Status': 'post; fwd=miss; detail=replica',
      'Proxy-Status': 'identity; error=destination_unavailable',
    });
  });

  test('accepts a name from the replica when the replica is the only source', () => {
    const { answer, onDegraded } = answerTo(strict, [author(replica(), 1)]);
    expect(answer()).toMatchObject({ body: BODY, cache: 'public' });
    expect(onDegraded).not.toHaveBeenCalled();
  });

  test('rejects a stale part', () => {
    expect(problemOf(answerTo(strict, [author(stale(), 1)]).answer).slug).toBe('incomplete-answer');
  });
});

test('a 404 has the headers about its parts', () => {
  const problem = notFound('There is no such post', [post(miss(), undefined, 2)]);
  expect([problem.status, problem.message]).toEqual([404, 'There is no such post']);
  expect(problem.headers).toEqual({
    'Cache-Status': 'post; fwd=miss',
    'Server-Timing': 'social;dur=2.0',
  });
});

describe('Prefer', () => {
  test.each([
    'handling=strict',
    'Handling=Strict',
    'HANDLING = "strict"',
    'handling="strict"',
    'respond-async, handling=strict',
    'respond-async,handling=strict;foo=bar',
    'handling=strict, handling=lenient',
    'wait=10; x="a,b", handling=strict',
    'x="a \\" handling=lenient, ", handling=strict',
    ',, handling=strict,',
    '\thandling=strict\t',
  ])('%j prefers strict handling', (prefer) => {
    expect(wantsStrict(prefer)).toBe(true);
    expect(wantsStrict([prefer])).toBe(true);
  });

  test.each([
    undefined,
    '',
    ',',
    'handling',
    'handling=',
    'handling=lenient',
    'handling=stricter',
    'handling="strict er"',
    'handling=strict=strict',
    'mishandling=strict',
    'handling=lenient, handling=strict',
    'handling; handling=strict',
    'return=minimal; handling=strict',
    'x="handling=strict"',
    'x=", handling=strict"',
    'x="a\\", handling=strict, "',
    'x=", handling=strict',
    'hand ling=strict',
    'handling=str ict',
    'handling=st"rict',
    '"handling"=strict',
    'handling=\u0000strict',
    'handling=ſtrict',
    '__proto__, constructor=1',
    'handling:strict',
  ])('%j does not prefer strict handling', (prefer) => {
    expect(wantsStrict(prefer)).toBe(false);
  });

  test('several headers are one list, in which the first handling counts', () => {
    expect(wantsStrict(['respond-async', 'handling=strict'])).toBe(true);
    expect(wantsStrict(['handling=lenient', 'handling=strict'])).toBe(false);
  });

  test('other preferences before and after handling change nothing', () => {
    const token = fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/).filter((name) => name !== 'handling');
    const quoted = fc.stringMatching(/^[ -~]{0,12}$/).map((text) => JSON.stringify(text));
    const second = fc
      .tuple(token, fc.oneof(token, quoted))
      .map(([key, value]) => `${key}=${value}`);
    const list = fc.array(fc.oneof(token, second), { maxLength: 4 });
    fc.assert(
      fc.property(list, list, fc.constantFrom('strict', 'lenient'), (before, after, handling) => {
        const prefer = [...before, `handling=${handling}`, ...after].join(', ');
        expect(wantsStrict(prefer)).toBe(handling === 'strict');
      }),
    );
  });

  test.each(['"', '\\"', '"\\', 'handling=', ' ', ',', '=', ';', 'a,"', '\t"'])(
    'a header of 200,000 characters that repeats %j is parsed in less than 500 ms',
    (part) => {
      const startedAt = performance.now();
      wantsStrict(part.repeat(200_000 / part.length));
      expect(performance.now() - startedAt).toBeLessThan(500);
    },
  );
});

describe('the caller behind a request', () => {
  const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

  test('has the ids of the request, and a deadline that counts from its arrival', () => {
    const req = request({ 'x-request-id': 'r-1', traceparent });
    const { startedAt } = requestContextOf(req);
    const caller = callerOf(req, 2000);
    expect(caller).toMatchObject({ requestId: 'r-1', deadlineAt: startedAt + 2000 });
    expect(caller.traceparent).toContain('4bf92f3577b34da6a3ce929d0e0e4736');
    expect(caller.cancellation.cancelled).toBe(false);
  });

  test('is cancelled when the client disconnects, and its listeners are called', () => {
    const req = request();
    const { cancellation } = callerOf(req, 2000);
    const listener = jest.fn();
    cancellation.onCancel(listener);
    requestContextOf(req).onDisconnect?.();
    expect(cancellation.cancelled).toBe(true);
    expect(listener.mock.calls).toEqual([['left']]);
  });

  test('shares its cancellation with no other request', () => {
    const [first, second] = [request(), request()].map((req) => ({
      req,
      caller: callerOf(req, 1),
    }));
    requestContextOf(first!.req).onDisconnect?.();
    expect(second!.caller.cancellation.cancelled).toBe(false);
  });
});
