// Who asks: what the routes that need to know are given.
import type { Viewer } from 'chassis/access-token';
import type { Request } from 'express';

/** @throws Problem 401 without a valid access token, 503 when the keys to check it cannot be had */
export type Authenticate = (req: Request) => Promise<Viewer>;
