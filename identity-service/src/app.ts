// The public app: all routes of this service. It does not listen.
import { createApp } from 'chassis/app';
import type { Logger } from 'chassis/log';
import { databaseProblem } from 'chassis/postgres-errors';
import type { Express } from 'express';
import type { Kysely } from 'kysely';
import { userRoutes } from './routes/users.ts';
import type { Schema } from './schema.ts';
import { usersIn } from './users.ts';

export const createIdentityApp = (db: Kysely<Schema>, log: Logger): Express =>
  createApp({ routes: userRoutes(usersIn(db)), log, toProblem: databaseProblem });
