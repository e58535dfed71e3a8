// Encrypts the private signing keys for the database and its backups: JWE (RFC 7516) with `dir` and A256GCM.
import { createHash } from 'node:crypto';
import { CompactEncrypt, compactDecrypt, decodeProtectedHeader, type JWK } from 'jose';

/** The keys that encrypt, of 32 bytes each; `none` stands for plain text. Stored keys get the form of the first one. */
export type KeySecrets = readonly [Secret, ...Secret[]];
export type Secret = Uint8Array | 'none';

export interface SealedKeys {
  /** Returns a signing key in the form in which it is stored. */
  seal(key: JWK): Promise<string>;
  /** Reads a stored key. @throws Error when no secret fits; the error quotes nothing of the key */
  open(stored: string): Promise<JWK>;
  /** Whether a stored key has the form of the first secret. */
  isCurrent(stored: string): boolean;
}

const PLAIN = 'none';

export function sealedKeys(secrets: KeySecrets): SealedKeys {
  const byId = new Map(secrets.map((secret) => [idOf(secret), secret]));
  const [first] = secrets;
  return {
    async seal(key) {
      const text = JSON.stringify(key);
      if (first === 'none') return text;
      return new CompactEncrypt(Buffer.from(text))
        .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', kid: idOf(first) })
        .encrypt(first);
    },
    async open(stored) {
      const id = secretOf(stored);
      // Plain keys can always be read: those from before the setting, which get encrypted.
      if (id === PLAIN) return JSON.parse(stored) as JWK;
      const secret = byId.get(id);
      if (secret === undefined || secret === 'none')
        throw new Error(
          'SIGNING_KEY_SECRET lacks the key that a stored signing key was encrypted with',
        );
      const { plaintext } = await compactDecrypt(stored, secret, {
        keyManagementAlgorithms: ['dir'],
        contentEncryptionAlgorithms: ['A256GCM'],
      });
      return JSON.parse(Buffer.from(plaintext).toString()) as JWK;
    },
    isCurrent: (stored) => secretOf(stored) === idOf(first),
  };
}

/** Names a secret without telling it. */
const idOf = (secret: Secret): string =>
  secret === 'none'
    ? PLAIN
    : createHash('sha256')
        .update('signing key secret')
        .update(secret)
        .digest('base64url')
        .slice(0, 16);

/** The name of the secret that a stored key was encrypted with. */
const secretOf = (stored: string): string =>
  stored.startsWith('{') ? PLAIN : String(decodeProtectedHeader(stored).kid);
