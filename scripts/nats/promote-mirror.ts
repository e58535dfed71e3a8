// `npm run promote-mirror`: makes the site of the mirror the one to publish to; see docs/failover.md.
import 'chassis/process/runtime';
import { readSettings, z } from 'chassis/settings/settings';
import { runCommand, siteSettings, withBroker } from './command.ts';
import { promote } from './promote.ts';

await runCommand(async () => {
  const settings = readSettings(z.object(siteSettings), process.env);
  const force = process.argv.includes('--force');
  return withBroker(settings, (connection, access) => promote(connection, { access, force }));
});
