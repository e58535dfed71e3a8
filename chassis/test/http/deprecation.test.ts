// Deprecated routes say so on the wire.
import { expect, test } from '@jest/globals';
import { createApp, type Route } from '../../src/http/app.ts';
import { withDeprecations } from '../../src/http/deprecation.ts';
import { parseId } from '../../src/http/input.ts';
import { createLogger } from '../../src/observability/log.ts';
import supertest from 'supertest';

const route = (path: string): Route => ({
  method: 'get',
  path,
  handle: ({ params }) => ({ body: { id: parseId(params['id'], '/path/id') }, cache: 'no-store' }),
});
const headers = { Deprecation: '@1796083200', Sunset: 'Tue, 01 Jun 2027 00:00:00 GMT' };
const deprecations = new Map([['get /api/old/{id}', headers]]);

test('every answer of a deprecated route has Deprecation and Sunset, and no answer of another one', async () => {
  const routes = withDeprecations([route('/api/old/:id'), route('/api/new/:id')], deprecations);
  const app = supertest(createApp({ routes, log: createLogger('test', 'silent') }));
  for (const [path, status] of [
    ['/api/old/1', 200],
    ['/api/old/x', 400],
  ] as const) {
    const answer = await app.get(path);
    expect(answer.status).toBe(status);
    expect(answer.headers).toMatchObject({
      deprecation: headers.Deprecation,
      sunset: headers.Sunset,
    });
  }
  const { headers: others } = await app.get('/api/new/1');
  expect([others['deprecation'], others['sunset']]).toEqual([undefined, undefined]);
});

test('a deprecation without a route fails at the start', () => {
  expect(() => withDeprecations([route('/api/new/:id')], deprecations)).toThrow(
    'get /api/old/{id} is deprecated, and has no route',
  );
});
