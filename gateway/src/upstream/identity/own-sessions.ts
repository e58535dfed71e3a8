// The viewer's sessions at Identity.
import type { OwnSessions } from 'contracts/types';
import { identityAnswer } from '../expectations.ts';
import type { Endpoint, SizeLimits } from '../engine/endpoint.ts';
import { bearer, type OnBehalfOf } from '../on-behalf-of.ts';
import { bearerRejections, ok, type Result } from '../result.ts';

const isOwnSessions = identityAnswer<OwnSessions>('OwnSessions');

/** Drops fields that the contract does not name. */
const pick = ({
  id,
  device,
  createdAt,
  lastUsedAt,
  current,
}: OwnSessions['items'][number]): OwnSessions['items'][number] => ({
  id,
  device,
  createdAt,
  lastUsedAt,
  current,
});

export const getOwnSessions = (limits: SizeLimits): Endpoint<OnBehalfOf, Result<OwnSessions>> => ({
  name: 'own_sessions',
  target: () => '/api/me/sessions',
  headers: bearer,
  maxBytes: () => limits.list,
  readers: {
    ...bearerRejections(),
    200: (body) => (isOwnSessions(body) ? ok({ items: body.items.map(pick) }) : undefined),
  },
});

export type OneSession = OnBehalfOf & { readonly id: string };

export const endSession = ({ one }: SizeLimits): Endpoint<OneSession, Result<null>> => ({
  name: 'end_session',
  method: 'DELETE',
  target: ({ id }) => `/api/me/sessions/${id}`,
  headers: bearer,
  maxBytes: () => one,
  readers: { ...bearerRejections(404), 204: () => ok(null) },
});

export const endOtherSessions = ({ one }: SizeLimits): Endpoint<OnBehalfOf, Result<null>> => ({
  name: 'end_other_sessions',
  method: 'DELETE',
  target: () => '/api/me/sessions',
  headers: bearer,
  maxBytes: () => one,
  readers: { ...bearerRejections(), 204: () => ok(null) },
});
