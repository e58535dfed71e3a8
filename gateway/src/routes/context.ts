// What routes are given.
import type { Parts } from '../views/parts.ts';
import type { OnDegraded } from './reply.ts';

export interface Context {
  readonly parts: Parts;
  readonly requestDeadlineMs: number;
  readonly onDegraded: OnDegraded;
}
