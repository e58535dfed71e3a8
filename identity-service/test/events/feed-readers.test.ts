// Who reads the feed: tokens, the share of each reader, and an order that lets news through.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readSettings, SettingsError } from 'chassis/settings/settings';
import { httpSource } from 'chassis/events/http-source';
import { embeddedDatabase, type TestDatabase } from 'chassis/testing/database';
import { settings } from '../../src/config.ts';
import { createLongPoll } from 'chassis/event-log/long-poll';
import { feedReadersOf } from 'chassis/event-log/feed-readers';
import { feedRoute } from 'chassis/event-log/feed-route';
import { type Identity, startIdentity } from '../support/service.ts';

const TOKEN = 'a-token-of-social-0123';
const tokensIn = (list: string) => readSettings(settings, { FEED_TOKENS: list }).FEED_TOKENS;

const readerOf = (list: string, address: string, authorization?: string) =>
  feedReadersOf(tokensIn(list))({
    ip: address,
    socket: { remoteAddress: address },
    headers: { authorization },
  } as never);

/** The route on a log whose reads are counted; the reader is the header `name`. */
function arrange() {
  let end = 0;
  let reads = 0;
  const longPoll = createLongPoll(async () => end);
  const epochs = [{ id: '0123456789abcdef', beganAfter: 0 }];
  const after = async (offset: number) => {
    reads += 1;
    const events = end > offset ? [{ id: String(end) } as never] : [];
    return { events, nextOffset: end, endOffset: end, epochs, timeAtStart: undefined };
  };
  const log = { endOffset: async () => end, after };
  const route = feedRoute(
    '/api/user-events',
    log,
    longPoll,
    (req) => req.headers['name'] as string,
  );
  const answered: (string | undefined)[] = [];
  const poll = async (name?: string): Promise<void> => {
    await route.handle({ headers: { name } } as never, { timeout: '5000' });
    answered.push(name);
  };
  return {
    longPoll,
    poll,
    answered,
    reads: () => reads,
    write() {
      end += 1;
      longPoll.notify(end);
    },
  };
}
const many = <T>(count: number, make: () => T): T[] => Array.from({ length: count }, make);
const refused = { slug: 'overloaded', headers: { 'Retry-After': '1' } };

describe('FEED_TOKENS', () => {
  test('names readers and their tokens', () => {
    expect([...tokensIn(`social:${TOKEN},gateway:${TOKEN}-2`)]).toEqual([
      ['social', TOKEN],
      ['gateway', `${TOKEN}-2`],
    ]);
    expect(tokensIn('').size).toBe(0);
  });

  test.each(['social', 'social:short', `:${TOKEN}`, `a:${TOKEN},b:${TOKEN}`, `a:${TOKEN},`])(
    'is refused without its value: %s',
    (list) => {
      expect(() => tokensIn(list)).toThrow(SettingsError);
      expect(() => tokensIn(list)).not.toThrow(/0123/);
    },
  );
});

describe('a reader', () => {
  test.each(['127.0.0.1', '::1', '::ffff:127.0.0.1'])(
    'at %s needs no token while there are none',
    (address) => expect(readerOf('', address)).toBeUndefined(),
  );

  test('elsewhere is a 401 while there are no tokens', () => {
    for (const address of ['10.0.0.1', '::ffff:10.0.0.1', '1271.0.0.1', ''])
      expect(() => readerOf('', address)).toThrow(
        expect.objectContaining({ slug: 'unauthenticated' }),
      );
  });

  test('is known by its token, and a 401 without one or with another one, also on this machine', () => {
    const list = `social:${TOKEN}`;
    expect(readerOf(list, '10.0.0.1', `Bearer ${TOKEN}`)).toBe('social');
    for (const authorization of [undefined, '', `Bearer ${TOKEN}x`, `Basic ${TOKEN}`])
      expect(() => readerOf(list, '127.0.0.1', authorization)).toThrow(/reader/);
  });
});

describe('long polls', () => {
  test('of others do not take the permits of a reader with a token, and each reader has its own', async () => {
    const log = arrange();
    const { longPoll } = log;
    const waiting = [
      ...many(100, () => log.poll()),
      ...many(25, () => log.poll('social')),
      ...many(25, () => log.poll('gateway')),
    ];
    await expect(log.poll()).rejects.toMatchObject(refused);
    await expect(log.poll('social')).rejects.toMatchObject(refused);
    expect(longPoll.waiterCount()).toBe(150);
    log.write();
    await Promise.all(waiting);
    const again = log.poll();
    log.write();
    await again;
  });

  test('read a new event once for all of them, and readers with a token get it first', async () => {
    const log = arrange();
    const { answered } = log;
    const waiting = [...many(50, () => log.poll()), log.poll('social')];
    await new Promise(setImmediate);
    const before = log.reads();
    log.write();
    await Promise.all(waiting);
    expect(log.reads() - before).toBe(1);
    expect(answered[0]).toBe('social');
  });
});

describe('Identity with FEED_TOKENS', () => {
  let testDatabase: TestDatabase;
  let identity: Identity;
  beforeAll(async () => {
    testDatabase = await embeddedDatabase();
    identity = await startIdentity(testDatabase, { FEED_TOKENS: `social:${TOKEN}` });
  });
  afterAll(async () => {
    await identity.stop();
    await testDatabase.remove();
  });

  test('serves its log to a source with the token, and to nobody else', async () => {
    const url = `${identity.url}/api/user-events`;
    const never = new AbortController().signal;
    const { events } = await httpSource({ url, token: TOKEN, waitMs: 0 }).read(0, never);
    expect(events.length).toBeGreaterThan(0);
    await expect(httpSource({ url, waitMs: 0 }).read(0, never)).rejects.toThrow('401');
    const answer = await identity.request('/api/user-events');
    expect(answer.status).toBe(401);
    expect(answer.headers['www-authenticate']).toBe('Bearer');
  });
});
