// Counts at Social.
import { schemaGuard } from 'contracts/guard';
import type { Counts } from 'contracts/types';
import type { SizeLimits, Endpoint } from '../engine/endpoint.ts';

const isCounts = schemaGuard<Counts>('social', 'Counts');

/** How many posts and friends a user has. */
export const getCounts = (limits: SizeLimits): Endpoint<number, Counts> => ({
  name: 'counts',
  target: (userId) => `/api/users/${userId}/counts`,
  maxBytes: () => limits.one,
  readers: { 200: (body) => (isCounts(body) ? { value: body } : undefined) },
});
