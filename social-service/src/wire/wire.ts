// The composition root: builds the public app, which does not listen yet, and the background jobs.
import { createAuthenticator, createVerifier } from 'chassis/auth/access-token';
import { createLimit } from 'chassis/auth/rate-limit';
import { createRemoteKeys, fetchKeys } from 'chassis/auth/remote-keys';
import { consumeEndedSessions } from 'chassis/events/ended-sessions';
import { httpSource } from 'chassis/events/http-source';
import { SourceError } from 'chassis/events/source';
import { createApp } from 'chassis/http/app';
import { withDeprecations } from 'chassis/http/deprecation';
import { deprecationsOf, loadDocument } from 'contracts/document';
import { databaseProblem } from 'chassis/postgres/errors';
import type { ServiceContext, Service } from 'chassis/process/database-service';
import type { z } from 'chassis/settings/settings';
import { socialTokens } from 'contracts/tokens';
import type { settings } from '../config.ts';
import { countsIn } from '../friends/counts.ts';
import { friendsIn } from '../friends/friends.ts';
import { confirmRequests } from '../friends/unconfirmed.ts';
import { feedIn } from '../posts/feed.ts';
import { deleteOldKeys } from '../posts/idempotency.ts';
import { postsIn } from '../posts/reading.ts';
import { writingIn } from '../posts/writing.ts';
import { authorsIn } from '../replica/authors.ts';
import { authorRoutes } from '../routes/authors.ts';
import { countRoutes } from '../routes/counts.ts';
import { feedRoutes } from '../routes/feed.ts';
import { friendRoutes } from '../routes/friends.ts';
import { postRoutes, writingRoutes } from '../routes/posts.ts';
import type { Schema } from '../schema.ts';
import { runReplica } from './replica.ts';
import { createSocialEventLog } from './social-event-log.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

export function wire(context: ServiceContext<Schema, z.output<typeof settings>>): Service {
  const { db, log, metrics, settings: set } = context;
  const identityKeys = createRemoteKeys(() => fetchKeys(set.IDENTITY_URL), 'at-once');
  const endedSessions = consumeEndedSessions({
    name: 'social_ended_sessions',
    source: httpSource({
      url: `${set.IDENTITY_URL}/api/ended-sessions`,
      token: set.IDENTITY_FEED_TOKEN,
    }),
    log,
    metrics,
  });
  const authenticate = createAuthenticator(
    createVerifier(identityKeys.keys, socialTokens, { hasEnded: endedSessions.has }),
  );
  const usePost = createLimit(
    { policy: 'posts', points: set.POSTS_PER_MINUTE, windowS: 60 },
    'Too many posts in a minute; try again later',
  );
  const socialEvents = createSocialEventLog(context);
  const { outbox } = socialEvents;
  const replica = runReplica(context, outbox);
  const confirm = (): Promise<void> =>
    confirmRequests(db, outbox, replica.namesOf).catch((error: unknown) => {
      // Identity is away, which is reported elsewhere; the next run asks again.
      if (!(error instanceof SourceError)) throw error;
    });
  const app = createApp({
    routes: withDeprecations(
      [
        ...postRoutes(postsIn(db)),
        ...feedRoutes(feedIn(db), authenticate),
        ...countRoutes(countsIn(db), authenticate),
        ...authorRoutes(authorsIn(db), replica.lagMs),
        ...writingRoutes(writingIn(db, outbox), authenticate, usePost),
        ...friendRoutes(friendsIn(db, outbox), authenticate),
        socialEvents.route,
      ],
      deprecationsOf(loadDocument('social')),
    ),
    log,
    toProblem: databaseProblem,
  });
  return {
    app,
    adminRoutes: replica.adminRoutes,
    readiness: replica.readiness,
    notice: replica.notice,
    onStopping: socialEvents.onStopping,
    jobs: [
      ...replica.jobs,
      ...socialEvents.jobs,
      { name: 'friend requests', everyMs: MINUTE_MS, run: confirm },
      { name: 'old idempotency keys', everyMs: HOUR_MS, run: () => deleteOldKeys(db) },
    ],
    async close() {
      identityKeys.close();
      await Promise.all([endedSessions.stop(), replica.close()]);
    },
  };
}
