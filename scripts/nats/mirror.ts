// `npm run mirror`: makes the mirror of the stream in a second place, unless it is there, and says how far it is.
import 'chassis/process/runtime';
import { integer, readSettings, text, z } from 'chassis/settings/settings';
import { StartupError } from 'chassis/base/startup-error';
import { placeUrl, tell, withBroker } from './command.ts';
import { describeMirror, makeMirror } from './mirror-stream.ts';

const schema = z.object({
  NATS_URL: placeUrl,
  NATS_MIRROR_OF: text('first', 'JetStream domain of the place that is mirrored.'),
  NATS_REPLICAS: integer(1, 'How many servers of this place keep the mirror.', { min: 1, max: 5 }),
});

await tell(async () => {
  const { NATS_URL, NATS_MIRROR_OF: domain, NATS_REPLICAS } = readSettings(schema, process.env);
  if (!/^[\w-]+$/.test(domain))
    throw new StartupError('NATS_MIRROR_OF should be a word of letters, digits, - and _.');
  return withBroker(NATS_URL, async (connection) => {
    const made = await makeMirror(connection, domain, NATS_REPLICAS);
    return `${made}\n${await describeMirror(connection)}`;
  });
});
