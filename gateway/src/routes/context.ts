// What routes are given.
import type { Sessions } from '../session/sessions.ts';
import type { Commands } from './commands.ts';
import type { Catalog } from '../views/catalog.ts';
import type { OnDegraded } from './reply.ts';

export interface RouteContext {
  readonly catalog: Catalog;
  readonly commands: Commands;
  readonly sessions: Sessions;
  readonly requestDeadlineMs: number;
  readonly onDegraded: OnDegraded;
}
