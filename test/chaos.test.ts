// A short chaos, over the HTTP feed alone; chaos.long.test.ts has the long ones.
import { test } from '@jest/globals';
import { chaos, expectAllIsWell } from './support/chaos.ts';
import { embeddedDatabase } from './support/database.ts';
import { newSeed } from './support/random.ts';

const seed = newSeed();

test(`killed and started again for some seconds, Social's copy is what Identity says (TEST_SEED=${seed})`, async () => {
  const [identity, social] = await Promise.all([embeddedDatabase(), embeddedDatabase()]);
  try {
    expectAllIsWell(await chaos({ seed, durationMs: 6_000, identity, social }));
  } finally {
    await Promise.all([identity.remove(), social.remove()]);
  }
}, 240_000);
