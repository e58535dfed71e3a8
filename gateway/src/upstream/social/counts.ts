// Counts at Social.
import type { Counts } from 'contracts/types';
import { socialAnswer } from '../expectations.ts';
import type { SizeLimits, Endpoint } from '../engine/endpoint.ts';

const isCounts = socialAnswer<Counts>('Counts');

/** How many posts and friends a user has. */
export const getCounts = (limits: SizeLimits): Endpoint<number, Counts> => ({
  name: 'counts',
  target: (userId) => `/api/users/${userId}/counts`,
  maxBytes: () => limits.one,
  readers: { 200: (body) => (isCounts(body) ? { value: body } : undefined) },
});
