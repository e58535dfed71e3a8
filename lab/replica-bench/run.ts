// npm run copy-bench -w social-service: the time and memory that a new Social needs for a replica of many users. Creates a
// database on the server at DATABASE_URL, and drops it at the end; without DATABASE_URL, an embedded one.
import 'chassis/process/runtime';
import { serveGeneratedFeed } from 'chassis/testing/generated-feed';
import { killAll } from '../process.ts';
import { createDatabase } from '../temporary-database.ts';
import { measure, prepare } from './social.ts';

const SIZES = [100_000, 1_000_000, 2_000_000];

// Without Social, the measurement fails, and the database is dropped.
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, killAll);
const sizes = process.argv.length > 2 ? process.argv.slice(2).map(Number) : SIZES;
console.log(
  '| users | until it is ready, s | users a second | peak memory, MB | rebuild, s | peak memory, MB |',
);
console.log('| --: | --: | --: | --: | --: | --: |');
for (const users of sizes) {
  const database = await createDatabase('copy-bench');
  const log = await serveGeneratedFeed(users);
  try {
    await prepare(database.settings);
    const { readyS, readyMb, rebuiltS, rebuiltMb } = await measure(log, database.settings);
    const cells = [
      users.toLocaleString('en'),
      readyS.toFixed(1),
      Math.round(users / readyS).toLocaleString('en'),
      readyMb,
      rebuiltS.toFixed(1),
      rebuiltMb,
    ];
    console.log(`| ${cells.join(' | ')} |`);
  } finally {
    log.stop();
    await database.remove();
  }
}
