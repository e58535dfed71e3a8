// The signing keys in the database: made, remembered for a moment, cleared away. Several instances share them.
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from 'jose';
import { type Kysely, sql } from 'kysely';
import type { Schema } from '../schema.ts';
import { type DatedKey, keysAt } from './signing-keys.ts';
import { locks } from '../locks.ts';

/** A key as it is kept. Its private half never leaves this service. */
export interface StoredKey extends DatedKey {
  readonly privateJwk: JWK;
}

export interface KeyStore {
  /** At least one; what another instance has changed is seen within 5 s. */
  all(): Promise<readonly StoredKey[]>;
  /** Makes a new key now. It signs once the others had time to learn of it. */
  rotate(): Promise<StoredKey>;
  /** Makes a new key when the newest is too old, and deletes those whose tokens are all over. */
  rotateAndPurge(): Promise<void>;
}

export interface KeyStoreOptions {
  readonly maxAgeMs: number;
  readonly now?: () => number;
}

// Far shorter than the lead that a new key has.
const REMEMBERED_MS = 5_000;

export function createKeyStore(
  db: Kysely<Schema>,
  { maxAgeMs, now = Date.now }: KeyStoreOptions,
): KeyStore {
  let known: { readonly keys: readonly StoredKey[]; readonly until: number } | undefined;
  let loading: Promise<readonly StoredKey[]> | undefined;

  /** Makes a key when that is due, by what is there then; one instance at a time. */
  const make = async (isDue: (keys: readonly StoredKey[]) => boolean) => {
    const made = await db.transaction().execute(async (tx) => {
      await sql`select pg_advisory_xact_lock(${locks.signingKey})`.execute(tx);
      const keys = await read(tx);
      if (!isDue(keys)) return undefined;
      // Newer than all others, also when another instance's clock is ahead of ours.
      const key = await newKey(Math.max(now(), ...keys.map(({ createdAt }) => createdAt + 1)));
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
    known = undefined;
    return made;
  };
  const isTooOld = (keys: readonly StoredKey[]): boolean =>
    keys.every(({ createdAt }) => createdAt + maxAgeMs <= now());

  const load = async (): Promise<readonly StoredKey[]> => {
    let keys = await read(db);
    if (keys.length === 0) {
      await make((there) => there.length === 0);
      keys = await read(db);
    }
    known = { keys, until: now() + REMEMBERED_MS };
    return keys;
  };

  return {
    all() {
      if (known !== undefined && now() < known.until) return Promise.resolve(known.keys);
      loading ??= load().finally(() => (loading = undefined));
      return loading;
    },
    rotate: async () => (await make(() => true))!,
    async rotateAndPurge() {
      await make(isTooOld);
      const { expired } = keysAt(await read(db), now());
      if (expired.length === 0) return;
      const kids = expired.map(({ kid }) => kid);
      await db.deleteFrom('signing_keys').where('kid', 'in', kids).execute();
      known = undefined;
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

/** Its name is its thumbprint (RFC 7638). */
async function newKey(createdAt: number): Promise<StoredKey> {
  const { privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
  const privateJwk = await exportJWK(privateKey);
  return { kid: await calculateJwkThumbprint(privateJwk), privateJwk, createdAt };
}
