// `npm run mirror`: creates the mirror of the stream at a second site, unless it exists, and prints its state.
import 'chassis/process/runtime';
import { integer, readSettings, text, z } from 'chassis/settings/settings';
import { StartupError } from 'chassis/base/startup-error';
import { runCommand, siteSettings, withBroker } from './command.ts';
import { describeMirror, makeMirror } from './mirror-stream.ts';

const schema = z.object({
  ...siteSettings,
  NATS_MIRROR_OF: text('first', 'JetStream domain of the site that is mirrored.'),
  NATS_REPLICAS: integer(1, 'Number of servers of this site that store the mirror.', {
    min: 1,
    max: 5,
  }),
});

await runCommand(async () => {
  const settings = readSettings(schema, process.env);
  const { NATS_MIRROR_OF: domain, NATS_REPLICAS } = settings;
  if (!/^[\w-]+$/.test(domain))
    throw new StartupError('NATS_MIRROR_OF should be a word of letters, digits, - and _.');
  return withBroker(settings, async (connection) => {
    const made = await makeMirror(connection, domain, NATS_REPLICAS);
    return `${made}\n${await describeMirror(connection)}`;
  });
});
