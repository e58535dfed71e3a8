// Passwords: which ones will do, and their hashes (argon2id, by OWASP's Password Storage Cheat Sheet).
// Hashing runs on threads of libuv, so the event loop goes on; nothing here ever quotes a password.
import { hash, parseOptions, verify } from '@node-rs/argon2';
import { createHashQueue, type HashQueueBounds } from './hash-queue.ts';

/** In Unicode code points, after normalisation. */
const LENGTH = { min: 8, max: 128 } as const;

/** 19 MiB, two passes, one lane. */
const PARAMETERS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

// libuv has four threads; name look-ups and signatures need one as well.
const BOUNDS: HashQueueBounds = { maxConcurrent: 3, maxQueued: 100 };

const zeros = (bytes: number): string => Buffer.alloc(bytes).toString('base64').replaceAll('=', '');

/** Verifying against it is as much work as for a real user. No password is known that it fits. */
export const NOBODYS_HASH = `$argon2id$v=19$m=${PARAMETERS.memoryCost},t=${PARAMETERS.timeCost},p=${PARAMETERS.parallelism}$${zeros(16)}$${zeros(32)}`;

/** The same text however a keyboard wrote it: NFKC, as NIST SP 800-63B advises. */
export const normalise = (password: string): string => password.normalize('NFKC');

/** What is wrong with a new password, in words without it; undefined when it will do. */
export function passwordFault(password: string): string | undefined {
  if (!password.isWellFormed() || password.includes('\0'))
    return 'expected Unicode text without U+0000 and half surrogates';
  const length = Array.from(normalise(password)).length;
  return length < LENGTH.min || length > LENGTH.max
    ? `expected a password of ${LENGTH.min} to ${LENGTH.max} characters`
    : undefined;
}

/** All of them normalise first. `hash` and `verify` throw a Problem 503 when too many wait already. */
export interface Passwords {
  readonly hash: (password: string) => Promise<string>;
  readonly verify: (hashed: string, password: string) => Promise<boolean>;
  /** Whether a hash was made with other parameters than today's. */
  readonly isOutdated: (hashed: string) => boolean;
}

export function createPasswords(bounds: HashQueueBounds = BOUNDS): Passwords {
  const queued = createHashQueue(bounds);
  return {
    hash: (password) => queued(() => hash(normalise(password), PARAMETERS)),
    verify: (hashed, password) => queued(() => verify(hashed, normalise(password))),
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
