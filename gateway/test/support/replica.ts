// Social's copy of the users. It follows nobody by itself: a story says what it holds, and so how late it is.
import type { User } from 'contracts/types';
import { userOf, type Population } from './world.ts';

export interface Copy {
  /** What it holds of a user from now on; null for nothing. */
  hold(id: number, username: string | null): void;
  /** The user as the copy has it; null when it has none. */
  user(id: number): User | null;
}

/** Everybody, as they were in the beginning. */
export function createCopy({ authors }: Population): Copy {
  const held = new Map<number, string | null>();
  return {
    hold: (id, username) => void held.set(id, username),
    user(id) {
      const known = Number.isInteger(id) && id >= 1 && id <= authors;
      const username = held.has(id) ? held.get(id)! : known ? userOf(id).username : null;
      return username === null ? null : { id, username };
    },
  };
}
