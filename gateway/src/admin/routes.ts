// The gateway's own routes on the admin port, beside those of every service.
import type { Route } from 'chassis/http/app';
import { breakerRoutes, type BreakerPanel } from './breakers.ts';
import { pageRoutes } from './page.ts';

export const adminRoutes = (panel: BreakerPanel): Route[] => [
  ...pageRoutes(),
  ...breakerRoutes(panel),
];
