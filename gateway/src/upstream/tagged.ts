// The ETag of an upstream's resource, for conditional writes.
import type { Endpoint, Readers } from './engine/endpoint.ts';

/** What an upstream sent, with its ETag for it. */
export interface Tagged<T> {
  readonly value: T;
  readonly etag: string;
}

/** The same endpoint with the ETag of a 200, for a conditional write; a 200 without one breaks the contract. */
export function tagged<Q, T>(endpoint: Endpoint<Q, T>, name: string): Endpoint<Q, Tagged<T>> {
  const readers = Object.entries(endpoint.readers).map(([status, read]) => {
    const readTagged: Readers<Q, Tagged<T>>[number] = (body, request, headers) => {
      const result = read(body, request, headers);
      const { etag } = headers;
      if (result === undefined || (status === '200' && typeof etag !== 'string')) return undefined;
      return { value: { value: result.value, etag: String(etag) } };
    };
    return [status, readTagged] as const;
  });
  return { ...endpoint, name, readers: Object.fromEntries(readers) };
}
