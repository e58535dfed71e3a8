// The public app: all routes of this service. It does not listen.
import { createApp } from 'chassis/app';
import type { Logger } from 'chassis/log';
import { databaseProblem } from 'chassis/postgres-errors';
import type { Express } from 'express';
import type { Kysely } from 'kysely';
import { countsIn } from './counts.ts';
import { postsIn } from './posts.ts';
import { countRoutes } from './routes/counts.ts';
import { postRoutes } from './routes/posts.ts';
import type { Schema } from './schema.ts';

export const createSocialApp = (db: Kysely<Schema>, log: Logger): Express =>
  createApp({
    routes: [...postRoutes(postsIn(db)), ...countRoutes(countsIn(db))],
    log,
    toProblem: databaseProblem,
  });
