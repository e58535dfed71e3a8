// The public app: all routes of this service. It does not listen.
import { createApp } from 'chassis/app';
import type { Logger } from 'chassis/log';
import { databaseProblem } from 'chassis/postgres-errors';
import type { Express } from 'express';
import type { Kysely } from 'kysely';
import { authorsIn } from './authors.ts';
import { countsIn } from './counts.ts';
import { feedIn } from './feed.ts';
import { friendsIn } from './friends.ts';
import { postsIn } from './posts.ts';
import { authorRoutes } from './routes/authors.ts';
import { countRoutes } from './routes/counts.ts';
import { feedRoutes } from './routes/feed.ts';
import { friendRoutes } from './routes/friends.ts';
import { postRoutes, writingRoutes } from './routes/posts.ts';
import type { Schema } from './schema.ts';
import type { Authenticate } from './viewer.ts';
import { writingIn } from './writing.ts';

export const createSocialApp = (
  db: Kysely<Schema>,
  log: Logger,
  authenticate: Authenticate,
): Express => {
  const authorsOf = authorsIn(db);
  return createApp({
    routes: [
      ...postRoutes(postsIn(db), authorsOf),
      ...authorRoutes(authorsOf),
      ...feedRoutes(feedIn(db), authorsOf, authenticate),
      ...countRoutes(countsIn(db)),
      ...writingRoutes(writingIn(db), authenticate),
      ...friendRoutes(friendsIn(db), authenticate),
    ],
    log,
    toProblem: databaseProblem,
  });
};
