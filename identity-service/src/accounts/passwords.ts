// Hashes of passwords (argon2id with the parameters of OWASP's Password Storage Cheat Sheet).
// Hashes are computed on libuv threads, so the event loop is not blocked.
import { hash, parseOptions, verify } from '@node-rs/argon2';
import { createHashQueue, type HashQueueBounds, type OnCancel } from './hash-queue.ts';

/** 19 MiB, two passes, one lane. */
const PARAMETERS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

// libuv has four threads. One is left for DNS lookups and signatures.
const BOUNDS: HashQueueBounds = { maxConcurrent: 3, maxQueued: 100, waitMs: 1_000 };

const zeros = (bytes: number): string => Buffer.alloc(bytes).toString('base64').replaceAll('=', '');

/** Verified for an unknown user, so that it takes as long as for a known one. No password is known to match it. */
export const DUMMY_HASH = `$argon2id$v=19$m=${PARAMETERS.memoryCost},t=${PARAMETERS.timeCost},p=${PARAMETERS.parallelism}$${zeros(16)}$${zeros(32)}`;

/** Returns the same text for all keyboards: Unicode NFKC, as NIST SP 800-63B recommends. */
export const normalise = (password: string): string => password.normalize('NFKC');

/** `hash` and `verify` normalise the password first, and throw a Problem 503 when the hash queue is full, or the client has disconnected. */
export interface Passwords {
  readonly hash: (password: string, onCancel?: OnCancel) => Promise<string>;
  readonly verify: (hashed: string, password: string, onCancel?: OnCancel) => Promise<boolean>;
  /** Whether a hash was made with other parameters than the current ones. */
  readonly isOutdated: (hashed: string) => boolean;
}

export function createPasswords(bounds: HashQueueBounds = BOUNDS): Passwords {
  const queued = createHashQueue(bounds);
  return {
    hash: (password, onCancel) => queued(() => hash(normalise(password), PARAMETERS), onCancel),
    verify: (hashed, password, onCancel) =>
      queued(() => verify(hashed, normalise(password)), onCancel),
    isOutdated(hashed) {
      const { memoryCost, timeCost, parallelism } = parseOptions(hashed);
      return (
        memoryCost !== PARAMETERS.memoryCost ||
        timeCost !== PARAMETERS.timeCost ||
        parallelism !== PARAMETERS.parallelism
      );
    },
  };
}
