// Counts at Social.
import type { Counts, OwnCounts } from 'contracts/types';
import { socialAnswer } from '../expectations.ts';
import type { SizeLimits, Endpoint } from '../engine/endpoint.ts';
import { socialBearer, type OnBehalfOf } from '../on-behalf-of.ts';
import { bearerRejections, ok, type Result } from '../result.ts';

const isCounts = socialAnswer<Counts>('Counts');
const isOwnCounts = socialAnswer<OwnCounts>('OwnCounts');

/** How many posts and friends a user has. */
export const getCounts = (limits: SizeLimits): Endpoint<number, Counts> => ({
  name: 'counts',
  target: (userId) => `/api/users/${userId}/counts`,
  maxBytes: () => limits.one,
  readers: { 200: (body) => (isCounts(body) ? { value: body } : undefined) },
});

/** The same about the viewer, with the friend requests to the viewer. */
export const getOwnCounts = (limits: SizeLimits): Endpoint<OnBehalfOf, Result<OwnCounts>> => ({
  name: 'own_counts',
  target: () => '/api/counts',
  headers: socialBearer,
  maxBytes: () => limits.one,
  readers: { ...bearerRejections(), 200: (body) => (isOwnCounts(body) ? ok(body) : undefined) },
});
