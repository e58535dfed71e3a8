// Stores the signing keys in the database, which all instances share, and caches them for 5 s.
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from 'jose';
import { type Kysely, sql } from 'kysely';
import type { Schema } from '../schema.ts';
import { type DatedKey, keysAt } from './signing-keys.ts';
import { locks } from '../locks.ts';

/** A key as stored. The private part never leaves this service. */
export interface StoredKey extends DatedKey {
  readonly privateJwk: JWK;
}

export interface KeyStore {
  /** Returns at least one key. A change by another instance is visible within 5 s. */
  all(): Promise<readonly StoredKey[]>;
  /** Creates a new key. It signs KEY_LEAD_MS later, so that other services know it by then. */
  rotate(): Promise<StoredKey>;
  /** Creates a new key if the newest one is too old, and deletes keys whose tokens have all expired. */
  rotateAndPurge(): Promise<void>;
}

export interface KeyStoreOptions {
  /** The age at which a new key replaces the newest one. */
  readonly maxAgeMs: number;
  readonly now?: () => number;
}

// Much shorter than KEY_LEAD_MS.
const CACHE_MS = 5_000;

export function createKeyStore(
  db: Kysely<Schema>,
  { maxAgeMs, now = Date.now }: KeyStoreOptions,
): KeyStore {
  let cached: { readonly keys: readonly StoredKey[]; readonly until: number } | undefined;
  let loading: Promise<readonly StoredKey[]> | undefined;

  /** Creates a key if `isDue` returns true for the stored keys; one instance at a time. */
  const createKeyIf = async (isDue: (keys: readonly StoredKey[]) => boolean) => {
    const created = await db.transaction().execute(async (tx) => {
      await sql`select pg_advisory_xact_lock(${locks.signingKey})`.execute(tx);
      const keys = await read(tx);
      if (!isDue(keys)) return undefined;
      // Newer than all stored keys, even if the clock of another instance is ahead.
      const key = await generateKey(Math.max(now(), ...keys.map(({ createdAt }) => createdAt + 1)));
      await tx
        .insertInto('signing_keys')
        .values({
          kid: key.kid,
          private_jwk: JSON.stringify(key.privateJwk),
          created_at: new Date(key.createdAt),
        })
        .execute();
      return key;
    });
    cached = undefined;
    return created;
  };
  const areTooOld = (keys: readonly StoredKey[]): boolean =>
    keys.every(({ createdAt }) => createdAt + maxAgeMs <= now());

  const load = async (): Promise<readonly StoredKey[]> => {
    let keys = await read(db);
    if (keys.length === 0) {
      await createKeyIf((stored) => stored.length === 0);
      keys = await read(db);
    }
    cached = { keys, until: now() + CACHE_MS };
    return keys;
  };

  return {
    all() {
      if (cached !== undefined && now() < cached.until) return Promise.resolve(cached.keys);
      loading ??= load().finally(() => (loading = undefined));
      return loading;
    },
    rotate: async () => (await createKeyIf(() => true))!,
    async rotateAndPurge() {
      await createKeyIf(areTooOld);
      const { expired } = keysAt(await read(db), now());
      if (expired.length === 0) return;
      const kids = expired.map(({ kid }) => kid);
      await db.deleteFrom('signing_keys').where('kid', 'in', kids).execute();
      cached = undefined;
    },
  };
}

async function read(db: Kysely<Schema>): Promise<StoredKey[]> {
  const rows = await db
    .selectFrom('signing_keys')
    .select(['kid', 'private_jwk', 'created_at'])
    .execute();
  return rows.map(({ kid, private_jwk, created_at }) => ({
    kid,
    privateJwk: JSON.parse(private_jwk) as JWK,
    createdAt: created_at.getTime(),
  }));
}

/** Generates a key. Its id is its thumbprint (RFC 7638). */
async function generateKey(createdAt: number): Promise<StoredKey> {
  const { privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
  const privateJwk = await exportJWK(privateKey);
  return { kid: await calculateJwkThumbprint(privateJwk), privateJwk, createdAt };
}
