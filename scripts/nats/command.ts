// Shared by the commands for a broker: its settings, its connection, and the output of results and errors.
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { type BrokerAccess, brokerOptions } from 'chassis/events/nats/connection';
import { natsAccess, natsSettings } from 'chassis/events/nats/settings';
import { StartupError } from 'chassis/base/startup-error';

/** Settings of the site that a command is run for. */
export const siteSettings = natsSettings('NATS servers of the site with the mirror.');

/** Runs `use` with a connection of its own. @throws StartupError without NATS_URL, or when no server can be reached */
export async function withBroker<T>(
  settings: Parameters<typeof natsAccess>[0],
  use: (connection: NatsConnection, access: BrokerAccess) => Promise<T>,
): Promise<T> {
  const access = natsAccess(settings);
  if (access === undefined)
    throw new StartupError(
      'NATS_URL is not set. Set it to the NATS servers of the site with the mirror.',
    );
  const options = { ...brokerOptions(access, 'mirror'), maxReconnectAttempts: 5 };
  const connection = await connect(options).catch((cause: unknown) => {
    throw new StartupError('No NATS server can be reached at NATS_URL.', { cause });
  });
  try {
    return await use(connection, access);
  } finally {
    await connection.close();
  }
}

/** Runs a command and prints its result. A StartupError is printed without a stack, with exit code 1. */
export async function runCommand(command: () => Promise<string>): Promise<void> {
  try {
    process.stdout.write(`${await command()}\n`);
  } catch (error) {
    if (!(error instanceof StartupError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}
