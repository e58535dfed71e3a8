// `npm run promote-mirror`: makes the mirror's place the one that is published to; docs/failover.md says when and how.
import 'chassis/process/runtime';
import { readSettings, z } from 'chassis/settings/settings';
import { placeUrl, tell, withBroker } from './command.ts';
import { promote } from './promote.ts';

await tell(async () => {
  const { NATS_URL } = readSettings(z.object({ NATS_URL: placeUrl }), process.env);
  const force = process.argv.includes('--force');
  return withBroker(NATS_URL, (connection, url) => promote(connection, { url, force }));
});
