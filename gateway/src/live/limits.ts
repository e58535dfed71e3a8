// How many streams there may be: of a user, of an address, and of this process.
import { Problem } from 'chassis/http/problem';

export interface StreamLimits {
  readonly perUser: number;
  readonly perAddress: number;
  readonly all: number;
}

const RETRY = { headers: { 'Retry-After': '10' } };

/**
 * Returns a function that counts a stream, and returns one that ends the count; it may be called again.
 * That function throws a Problem: 429 above a limit of a user or an address, 503 above that of the process
 */
export function countStreams({ perUser, perAddress, all }: StreamLimits) {
  const counts = new Map<string, number>();
  let total = 0;
  const change = (key: string, by: 1 | -1): void => {
    const count = (counts.get(key) ?? 0) + by;
    if (count === 0) counts.delete(key);
    else counts.set(key, count);
  };
  return (userId: number, address: string): (() => void) => {
    const keys = [`user ${userId}`, `address ${address}`] as const;
    if ((counts.get(keys[0]) ?? 0) >= perUser)
      throw new Problem('too-many-requests', 'This user has too many streams; close one', RETRY);
    if ((counts.get(keys[1]) ?? 0) >= perAddress)
      throw new Problem('too-many-requests', 'This address has too many streams; close one', RETRY);
    if (total >= all)
      throw new Problem('overloaded', 'The service has too many streams now; try again', RETRY);
    total += 1;
    for (const key of keys) change(key, 1);
    let isCounted = true;
    return () => {
      if (!isCounted) return;
      isCounted = false;
      total -= 1;
      for (const key of keys) change(key, -1);
    };
  };
}
