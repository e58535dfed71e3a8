// For a minute, users are registered, renamed and deleted while processes are killed and restarted at random. After that,
// Social's replica equals Identity, and no acknowledged change is missing from the user event log.
import { test } from '@jest/globals';
import { chaos, type ChaosOptions, expectConsistent, summaryOf } from './support/chaos.ts';
import { describeWithPostgres, startPostgres } from 'chassis/testing/postgres';
import {
  describeOnServer,
  embeddedDatabase,
  emptyFolder,
  serverDatabase,
} from 'chassis/testing/database';
import { describeWithNats, startNats } from 'chassis/testing/nats';
import { newSeed } from './support/random.ts';

const DURATION_MS = 60_000;
const LIMIT_MS = 280_000;
const seed = newSeed();

async function runChaos(
  options: Omit<ChaosOptions, 'seed' | 'durationMs'> & { durationMs?: number },
): Promise<void> {
  process.stdout.write(`TEST_SEED=${seed}\n`);
  try {
    const outcome = await chaos({ seed, durationMs: DURATION_MS, ...options });
    process.stdout.write(`${summaryOf(outcome)}\n`);
    expectConsistent(outcome);
  } finally {
    const { identity, social, nats } = options;
    await Promise.all([identity.remove(), social.remove(), nats?.remove()]);
  }
}

test(
  'loses nothing over the HTTP feed with embedded databases while Identity and Social are killed',
  async () => {
    const [identity, social] = await Promise.all([embeddedDatabase(), embeddedDatabase()]);
    await runChaos({ identity, social });
  },
  LIMIT_MS,
);

describeWithPostgres('on a database server that crashes', () => {
  describeWithNats('with a broker', () => {
    test(
      'loses nothing while PostgreSQL is ended at once, the log is compacted, and users with posts are deleted',
      async () => {
        const [postgres, social, nats] = await Promise.all([
          startPostgres(),
          embeddedDatabase(),
          startNats(),
        ]);
        const identity = {
          settings: { DATABASE_URL: postgres.url, DATA_DIR: await emptyFolder() },
          remove: () => postgres.remove(),
        };
        await runChaos({ identity, social, nats, postgres, compaction: true, durationMs: 20_000 });
      },
      LIMIT_MS,
    );
  });
});

describeOnServer('on a server', () => {
  describeWithNats('with a broker', () => {
    test(
      'loses nothing over JetStream while Identity with its relay, Social and the broker are killed',
      async () => {
        const nats = await startNats();
        const [identity, social] = await Promise.all([serverDatabase(), serverDatabase()]);
        await runChaos({ identity, social, nats });
      },
      LIMIT_MS,
    );
  });
});
