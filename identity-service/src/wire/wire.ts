// The composition root: builds the public app, which does not listen yet, and the background jobs.
import { createAuthenticator, createVerifier } from 'chassis/auth/access-token';
import { createApp } from 'chassis/http/app';
import { withDeprecations } from 'chassis/http/deprecation';
import { deprecationsOf, loadDocument } from 'contracts/document';
import type { ServiceContext, Service } from 'chassis/process/database-service';
import { databaseProblem } from 'chassis/postgres/errors';
import type { z } from 'chassis/settings/settings';
import { accessToken } from 'contracts/tokens';
import { accountsIn } from '../accounts/accounts.ts';
import type { settings } from '../config.ts';
import { exposeKeyAge } from '../sessions/key-age.ts';
import { createKeyStore } from '../sessions/key-store.ts';
import { sealedKeys } from '../sessions/sealed-keys.ts';
import { reservedNames } from '../accounts/names.ts';
import { rateLimitsIn } from '../limits/rate-limits.ts';
import { createLogins } from '../accounts/logins.ts';
import { ownAccountIn } from '../accounts/own-account.ts';
import { createPasswords } from '../accounts/passwords.ts';
import { feedReadersOf } from 'chassis/event-log/feed-readers';
import { feedRoute } from 'chassis/event-log/feed-route';
import { createLongPoll } from 'chassis/event-log/long-poll';
import { keyRoutes } from '../routes/keys.ts';
import { meRoutes } from '../routes/me.ts';
import { ownSessionRoutes } from '../routes/own-sessions.ts';
import { sessionRoutes } from '../routes/sessions.ts';
import { userRoutes } from '../routes/users.ts';
import type { Schema } from '../schema.ts';
import { ownSessionsIn } from '../sessions/own-sessions.ts';
import { endedSessionsIn } from '../sessions/ended-sessions.ts';
import { sessionsIn } from '../sessions/sessions.ts';
import { createAccessTokens } from '../sessions/access-tokens.ts';
import { createUserEventLog } from './user-event-log.ts';
import { profilesIn } from '../accounts/profiles.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

export type IdentityContext = ServiceContext<Schema, z.output<typeof settings>>;

export function wire(context: IdentityContext): Service {
  const { db, log, metrics, settings: set } = context;
  const maxAgeMs = set.SIGNING_KEY_DAYS * DAY_MS;
  const sealed = sealedKeys(set.SIGNING_KEY_SECRET ?? ['none']);
  const keyStore = createKeyStore(db, { maxAgeMs, sealed });
  exposeKeyAge(metrics, keyStore, maxAgeMs);
  const tokens = createAccessTokens(keyStore, set.ACCESS_TOKEN_S);
  const sessions = sessionsIn(db, {
    lifeMs: set.SESSION_DAYS * DAY_MS,
    maxLifeMs: set.SESSION_MAX_DAYS * DAY_MS,
    maxPerUser: set.SESSIONS_PER_USER,
    log,
  });
  const ownSessions = ownSessionsIn(db);
  const endedSessions = endedSessionsIn(db);
  const endedLongPoll = createLongPoll(() => endedSessions.endOffset());
  const passwords = createPasswords();
  const userEventLog = createUserEventLog(context);
  const rejectReserved = reservedNames(set.RESERVED_NAMES);
  const accounts = accountsIn(db, passwords, sessions, userEventLog.outbox, rejectReserved);
  const ownAccount = ownAccountIn(db, passwords, userEventLog.outbox, rejectReserved);
  const limits = rateLimitsIn(db, {
    perAccount: set.LOGIN_PER_ACCOUNT,
    perAddress: set.LOGIN_PER_ADDRESS,
    windowS: set.LOGIN_WINDOW_S,
    registrations: set.REGISTRATIONS_PER_HOUR,
    nameChanges: set.NAME_CHANGES_PER_DAY,
  });
  const logins = createLogins(accounts, ownAccount, limits, metrics);
  const authenticate = createAuthenticator(createVerifier(tokens.keys, accessToken));

  const app = createApp({
    routes: withDeprecations(
      [
        ...userRoutes(profilesIn(db), accounts, limits, tokens),
        ...sessionRoutes(logins, sessions, tokens, authenticate),
        ...ownSessionRoutes(ownSessions, authenticate),
        ...meRoutes(ownAccount, accounts, logins, limits, authenticate),
        ...keyRoutes(tokens),
        ...userEventLog.routes,
        feedRoute(
          '/api/ended-sessions',
          endedSessions,
          endedLongPoll,
          feedReadersOf(set.FEED_TOKENS),
        ),
      ],
      deprecationsOf(loadDocument('identity')),
    ),
    log,
    toProblem: databaseProblem,
    trustProxy: set.TRUST_PROXY,
  });
  return {
    app,
    adminRoutes: userEventLog.adminRoutes,
    notice: userEventLog.notice,
    onStopping() {
      userEventLog.onStopping();
      endedLongPoll.stop();
    },
    close: userEventLog.close,
    jobs: [
      { name: 'signing keys', everyMs: 10 * MINUTE_MS, run: () => keyStore.maintain() },
      {
        name: 'expired sessions',
        everyMs: 60 * MINUTE_MS,
        run: () => sessions.deleteExpired(),
      },
      { name: 'ended sessions', everyMs: MINUTE_MS, run: () => endedSessions.deleteOld() },
      { name: 'expired login attempts', everyMs: 5 * MINUTE_MS, run: () => limits.deleteExpired() },
      ...userEventLog.jobs,
    ],
  };
}
