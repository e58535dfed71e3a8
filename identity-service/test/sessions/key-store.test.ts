// The signing keys in the database, on both kinds of database.
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { Database } from 'chassis/postgres/database';
import {
  describeOnBoth,
  describeOnServer,
  serverDatabase,
  type TestDatabase,
} from 'chassis/testing/database';
import { createKeyStore, type KeyStore } from '../../src/sessions/key-store.ts';
import { sealedKeys } from '../../src/sessions/sealed-keys.ts';
import type { Schema } from '../../src/schema.ts';
import { keysAt } from '../../src/sessions/signing-keys.ts';
import { type Clock, fakeClock } from '../support/clock.ts';
import { openTestDatabase } from '../support/database.ts';

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
const maxAgeMs = 30 * DAY_MS;
const kidsOf = async (store: KeyStore): Promise<string[]> =>
  (await store.all()).map(({ kid }) => kid).toSorted();

describeOnBoth('the signing keys', (newDatabase) => {
  let testDatabase: TestDatabase;
  let database: Database<Schema>;
  let clock: Clock;
  let store: KeyStore;

  beforeAll(async () => {
    testDatabase = await newDatabase();
    database = await openTestDatabase(testDatabase);
  });
  afterAll(async () => {
    await database.close();
    await testDatabase.remove();
  });
  beforeEach(async () => {
    await database.db.deleteFrom('signing_keys').execute();
    clock = fakeClock('2026-05-01T00:00:00Z');
    store = createKeyStore(database.db, { maxAgeMs, now: clock.now });
  });

  test('know when the newest of them was created, once they were looked at', async () => {
    expect(store.newestAt()).toBeUndefined();
    await store.all();
    const first = clock.now();
    expect(store.newestAt()).toBe(first);
    clock.advance(maxAgeMs);
    expect(store.newestAt()).toBe(first);
    await store.maintain();
    expect(store.newestAt()).toBe(first + maxAgeMs);
  });

  test('begin with one key, which is created once, when they are first read', async () => {
    const [kids, same] = await Promise.all([kidsOf(store), kidsOf(store)]);
    expect(kids).toHaveLength(1);
    expect(same).toEqual(kids);
    expect(await kidsOf(createKeyStore(database.db, { maxAgeMs }))).toEqual(kids);
  });

  test('are Ed25519 pairs, named by their thumbprints', async () => {
    const [key] = await store.all();
    expect(key!.privateJwk).toEqual({
      kty: 'OKP',
      crv: 'Ed25519',
      x: expect.stringMatching(/^[\w-]{43}$/),
      d: expect.stringMatching(/^[\w-]{43}$/),
    });
    expect(key!.kid).toMatch(/^[\w-]{43}$/);
  });

  test('are stored in the form of the first secret, also those from before, and stay the same keys', async () => {
    const stored = async () =>
      (await database.db.selectFrom('signing_keys').select('private_jwk').execute()).map(
        (row) => row.private_jwk,
      );
    const [before] = await store.all();
    expect(await stored()).toEqual([JSON.stringify(before!.privateJwk)]);

    const sealed = sealedKeys([randomBytes(32)]);
    const sealing = createKeyStore(database.db, { maxAgeMs, sealed, now: clock.now });
    await sealing.maintain();
    await sealing.rotate();
    const forms = await stored();
    expect(forms).toHaveLength(2);
    expect(forms.every((form) => sealed.isCurrent(form) && !form.includes('Ed25519'))).toBe(true);
    expect(await sealing.all()).toContainEqual(before);
  });

  test('get a new key by a manual rotation, here at once and on other instances within 5 s', async () => {
    const elsewhere = createKeyStore(database.db, { maxAgeMs, now: clock.now });
    const [first] = await kidsOf(elsewhere);
    const { kid } = await store.rotate();
    const both = [first!, kid].toSorted();
    expect(await kidsOf(store)).toEqual(both);
    expect(await kidsOf(elsewhere)).toEqual([first]);
    clock.advance(5_000);
    expect(await kidsOf(elsewhere)).toEqual(both);
  });

  test('are replaced also by a key of an instance whose clock is late', async () => {
    const [old] = await kidsOf(store);
    const behind = fakeClock('2026-04-30T23:59:00Z');
    const { kid } = await createKeyStore(database.db, { maxAgeMs, now: behind.now }).rotate();
    clock.advance(2 * MINUTE_MS);
    const { signing, published } = keysAt(await store.all(), clock.now());
    expect(signing!.kid).toBe(kid);
    expect(published.map((key) => key.kid)).toEqual([old, kid]);
  });

  test('get a new key by the job when the newest is 30 days old, and not before', async () => {
    await store.maintain();
    expect(await kidsOf(store)).toHaveLength(1);
    clock.advance(maxAgeMs - 1);
    await store.maintain();
    expect(await kidsOf(store)).toHaveLength(1);
    clock.advance(1);
    await store.maintain();
    await store.maintain();
    expect(await kidsOf(store)).toHaveLength(2);
  });

  test('are deleted by the job when all their tokens have expired, and not before', async () => {
    const [old] = await kidsOf(store);
    clock.advance(DAY_MS);
    const { kid } = await store.rotate();
    clock.advance(7 * MINUTE_MS - 1);
    await store.maintain();
    expect(await kidsOf(store)).toContain(old);
    clock.advance(1);
    await store.maintain();
    expect(await kidsOf(store)).toEqual([kid]);
  });

  test('are not readable while the database is unreachable, and readable again when it is back', async () => {
    let isUnreachable = true;
    const flaky = new Proxy(database.db, {
      get(target, name) {
        if (isUnreachable && name === 'selectFrom') throw new Error('away');
        const value: unknown = Reflect.get(target, name, target);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    const store2 = createKeyStore(flaky, { maxAgeMs, now: clock.now });
    await expect(store2.all()).rejects.toThrow('away');
    isUnreachable = false;
    expect(await store2.all()).toHaveLength(1);
  });
});

describeOnServer('instances of Identity that start at the same time', () => {
  test('create one first key together, and one next key when it is due', async () => {
    const testDatabase = await serverDatabase();
    const databases = await Promise.all(
      Array.from({ length: 6 }, () => openTestDatabase(testDatabase)),
    );
    const clock = fakeClock('2026-05-01T00:00:00Z');
    const stores = databases.map(({ db }) => createKeyStore(db, { maxAgeMs, now: clock.now }));
    const all = await Promise.all(stores.map(kidsOf));
    expect(new Set(all.flat()).size).toBe(1);

    clock.advance(maxAgeMs);
    await Promise.all(stores.map((store) => store.maintain()));
    expect(await kidsOf(stores[0]!)).toHaveLength(2);
    await Promise.all(databases.map((database) => database.close()));
    await testDatabase.remove();
  });
});
