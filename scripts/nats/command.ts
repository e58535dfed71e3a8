// What the commands about a broker share: its settings, a connection, and what is told of failures.
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { brokerOptions } from 'chassis/events/nats/connection';
import { natsUrl } from 'chassis/events/nats/settings';
import { StartupError } from 'chassis/base/startup-error';

/** Of the place that the command is given for. */
export const placeUrl = natsUrl('The NATS servers of the place where the mirror is.');

/** Runs something with a connection of its own. @throws StartError when there is no NATS_URL, or nobody behind it */
export async function withBroker<T>(
  url: string | undefined,
  use: (connection: NatsConnection, url: string) => Promise<T>,
): Promise<T> {
  if (url === undefined)
    throw new StartupError('NATS_URL is not set; it says where the place with the mirror is.');
  const options = { ...brokerOptions(url, 'mirror'), maxReconnectAttempts: 5 };
  const connection = await connect(options).catch((cause: unknown) => {
    throw new StartupError('No NATS server can be reached at NATS_URL.', { cause });
  });
  try {
    return await use(connection, url);
  } finally {
    await connection.close();
  }
}

/** Runs a command, and tells a person what it did, or what is to be mended. */
export async function tell(command: () => Promise<string>): Promise<void> {
  try {
    process.stdout.write(`${await command()}\n`);
  } catch (error) {
    if (!(error instanceof StartupError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}
