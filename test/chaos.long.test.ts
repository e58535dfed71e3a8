// Users are registered, renamed and deleted for a minute while processes are killed and started again by chance. Then
// Social's copy is exactly what Identity says, and no acknowledged change is missing from the log.
import { test } from '@jest/globals';
import { chaos, type ChaosOptions, expectConsistent, summaryOf } from './support/chaos.ts';
import { describeOnServer, embeddedDatabase, serverDatabase } from 'chassis/testing/database';
import { describeWithNats, startNats } from 'chassis/testing/nats';
import { newSeed } from './support/random.ts';

const DURATION_MS = 60_000;
const LIMIT_MS = 280_000;
const seed = newSeed();

async function aMinuteOf(options: Omit<ChaosOptions, 'seed' | 'durationMs'>): Promise<void> {
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
  'over the HTTP feed alone, with embedded databases, Identity and Social being killed',
  async () => {
    const [identity, social] = await Promise.all([embeddedDatabase(), embeddedDatabase()]);
    await aMinuteOf({ identity, social });
  },
  LIMIT_MS,
);

describeOnServer('on a server', () => {
  describeWithNats('with a broker', () => {
    test(
      'over JetStream, Identity with its relay, Social and the broker being killed',
      async () => {
        const nats = await startNats();
        const [identity, social] = await Promise.all([serverDatabase(), serverDatabase()]);
        await aMinuteOf({ identity, social, nats });
      },
      LIMIT_MS,
    );
  });
});
