// Stores the signing keys in the database, which all instances share, and caches them for 5 s.
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from 'jose';
import { type Kysely, sql } from 'kysely';
import type { Schema } from '../schema.ts';
import { type DatedKey, keysAt } from './signing-keys.ts';
import { locks } from '../locks.ts';
import { sealedKeys, type SealedKeys } from './sealed-keys.ts';

/** A key as stored. The private part never leaves this service. */
export interface StoredKey extends DatedKey {
  readonly privateJwk: JWK;
}

export interface KeyStore {
  /** When the newest key was created, as this instance last saw it; undefined before the first look. */
  newestAt(): number | undefined;
  /** Returns at least one key. A change by another instance is visible within 5 s. */
  all(): Promise<readonly StoredKey[]>;
  /** Creates a new key. It signs KEY_LEAD_MS later, so that other services know it by then. */
  rotate(): Promise<StoredKey>;
  /**
   * Creates a new key if the newest one is too old, deletes keys whose tokens have all expired, and stores the others in the
   * form of the first secret.
   */
  maintain(): Promise<void>;
}

export interface KeyStoreOptions {
  /** The age at which a new key replaces the newest one. */
  readonly maxAgeMs: number;
  /** Encrypts stored keys; plain text when left out. */
  readonly sealed?: SealedKeys;
  readonly now?: () => number;
}

// Much shorter than KEY_LEAD_MS.
const CACHE_MS = 5_000;

export function createKeyStore(
  db: Kysely<Schema>,
  { maxAgeMs, sealed = sealedKeys(['none']), now = Date.now }: KeyStoreOptions,
): KeyStore {
  let cached: { readonly keys: readonly StoredKey[]; readonly until: number } | undefined;
  let newestAt: number | undefined;
  let loading: Promise<readonly StoredKey[]> | undefined;

  /** Creates a key if `isDue` returns true for the stored keys; one instance at a time. */
  const createKeyIf = async (isDue: (keys: readonly StoredKey[]) => boolean) => {
    const created = await db.transaction().execute(async (tx) => {
      await sql`select pg_advisory_xact_lock(${locks.signingKey})`.execute(tx);
      const keys = await read(tx, sealed);
      if (!isDue(keys)) return undefined;
      // Newer than all stored keys, even if the clock of another instance is ahead.
      const key = await generateKey(Math.max(now(), ...keys.map(({ createdAt }) => createdAt + 1)));
      await tx
        .insertInto('signing_keys')
        .values({
          kid: key.kid,
          private_jwk: await sealed.seal(key.privateJwk),
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

  const look = async (): Promise<readonly StoredKey[]> => {
    const keys = await read(db, sealed);
    if (keys.length > 0) newestAt = Math.max(...keys.map(({ createdAt }) => createdAt));
    return keys;
  };
  const load = async (): Promise<readonly StoredKey[]> => {
    let keys = await look();
    if (keys.length === 0) {
      await createKeyIf((stored) => stored.length === 0);
      keys = await look();
    }
    cached = { keys, until: now() + CACHE_MS };
    return keys;
  };

  return {
    newestAt: () => newestAt,
    all() {
      if (cached !== undefined && now() < cached.until) return Promise.resolve(cached.keys);
      loading ??= load().finally(() => (loading = undefined));
      return loading;
    },
    rotate: async () => (await createKeyIf(() => true))!,
    async maintain() {
      await createKeyIf(areTooOld);
      const { expired } = keysAt(await look(), now());
      if (expired.length > 0) {
        const kids = expired.map(({ kid }) => kid);
        await db.deleteFrom('signing_keys').where('kid', 'in', kids).execute();
        cached = undefined;
      }
      await sealAgain(db, sealed);
    },
  };
}

async function read(db: Kysely<Schema>, sealed: SealedKeys): Promise<StoredKey[]> {
  const rows = await db
    .selectFrom('signing_keys')
    .select(['kid', 'private_jwk', 'created_at'])
    .execute();
  return Promise.all(
    rows.map(async ({ kid, private_jwk, created_at }) => ({
      kid,
      privateJwk: await sealed.open(private_jwk),
      createdAt: created_at.getTime(),
    })),
  );
}

/** Stores keys that have another form in the form of the first secret. */
async function sealAgain(db: Kysely<Schema>, sealed: SealedKeys): Promise<void> {
  const rows = await db.selectFrom('signing_keys').select(['kid', 'private_jwk']).execute();
  for (const { kid, private_jwk: stored } of rows.filter(
    (row) => !sealed.isCurrent(row.private_jwk),
  ))
    await db
      .updateTable('signing_keys')
      .set({ private_jwk: await sealed.seal(await sealed.open(stored)) })
      .where('kid', '=', kid)
      // Another instance may have been faster.
      .where('private_jwk', '=', stored)
      .execute();
}

/** Generates a key. Its id is its thumbprint (RFC 7638). */
async function generateKey(createdAt: number): Promise<StoredKey> {
  const { privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
  const privateJwk = await exportJWK(privateKey);
  return { kid: await calculateJwkThumbprint(privateJwk), privateJwk, createdAt };
}
