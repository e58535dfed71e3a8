// Everything of the gateway's admin listener beyond what every service has there.
import type { Route } from 'chassis/http/app';
import { breakerRoutes, type BreakerPanel } from './breakers.ts';
import { pageRoutes } from './page.ts';

export const adminRoutes = (panel: BreakerPanel): Route[] => [
  ...pageRoutes(),
  ...breakerRoutes(panel),
];
