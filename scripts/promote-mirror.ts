// `npm run promote-mirror`: makes the mirror's place the one that is published to; docs/failover.md says when and how.
import 'chassis/runtime';
import { milliseconds, readSettings, z } from 'chassis/settings';
import { placeUrl, tell, withBroker } from './nats/command.ts';
import { promote } from './nats/promote.ts';

const schema = z.object({
  NATS_URL: placeUrl,
  PROMOTE_PATIENCE_MS: milliseconds(600_000, 'How long the new stream may take to fill.'),
});

await tell(async () => {
  const { NATS_URL, PROMOTE_PATIENCE_MS: patienceMs } = readSettings(schema, process.env);
  const force = process.argv.includes('--force');
  return withBroker(NATS_URL, (connection) => promote(connection, { force, patienceMs }));
});
