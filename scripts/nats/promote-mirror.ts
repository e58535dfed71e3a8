// `npm run promote-mirror`: makes the site of the mirror the one to publish to; see docs/failover.md.
import 'chassis/process/runtime';
import { readSettings, z } from 'chassis/settings/settings';
import { runCommand, siteUrl, withBroker } from './command.ts';
import { promote } from './promote.ts';

await runCommand(async () => {
  const { NATS_URL } = readSettings(z.object({ NATS_URL: siteUrl }), process.env);
  const force = process.argv.includes('--force');
  return withBroker(NATS_URL, (connection, url) => promote(connection, { url, force }));
});
