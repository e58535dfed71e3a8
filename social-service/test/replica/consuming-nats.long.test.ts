// Social consumes Identity's user event log from a stream at a real broker: the same suite as over HTTP, and heartbeats.
import { connect } from '@nats-io/transport-node';
import { expect, test } from '@jest/globals';
import { brokerOptions } from 'chassis/events/nats/connection';
import { HEARTBEATS } from 'chassis/events/nats/heartbeats';
import { embeddedDatabase } from 'chassis/testing/database';
import { metricOf } from 'chassis/testing/metrics';
import { describeWithNats } from 'chassis/testing/nats';
import { until } from 'chassis/testing/until';
import { inEpoch, named } from 'chassis/testing/user-events';
import { start } from '../../src/service.ts';
import { startNatsTransport } from '../support/log-transports.ts';
import { consumerSuite } from '../support/consumer-suite.ts';
import { ready } from '../support/service.ts';

const EPOCH = `${'1'.repeat(16)}:0`;

describeWithNats('from JetStream', () => {
  consumerSuite(startNatsTransport);

  test('names are known to be current while the writer has heartbeats, and an idle stream alone does not say so', async () => {
    const [transport, testDatabase] = await Promise.all([startNatsTransport(), embeddedDatabase()]);
    await transport.append(inEpoch(EPOCH, [named(7, 3, 'user_3')]));
    const common = { PORT: '0', ADMIN_PORT: '0', LOG_LEVEL: 'silent' };
    const social = await start({ ...testDatabase.settings, ...common, ...transport.env });
    await ready(social.adminUrl);
    const age = () => metricOf(social, 'social_log_complete_age_seconds');
    const lagMs = async () => {
      const answer = await fetch(`${social.url}/api/authors?ids=3`);
      return ((await answer.json()) as { lagMs: number }).lagMs;
    };
    const before = await age();
    await until('it grows', async () => (await age()) > before + 1);
    // The newest event is old, and nobody says that there is no newer one.
    expect(await lagMs()).toBeGreaterThan(1_000_000);

    const writer = await connect(brokerOptions(transport.env['NATS_URL']!, 'writer'));
    writer.publish(HEARTBEATS, JSON.stringify({ offset: 7, epoch: EPOCH }));
    await until('the heartbeat counts', async () => (await lagMs()) < 5_000);
    expect(await age()).toBeLessThan(5);
    writer.publish(HEARTBEATS, JSON.stringify({ offset: 8, epoch: EPOCH }));
    await writer.flush();
    const since = await age();
    await until('it grows again', async () => (await age()) > since + 2);
    await writer.close();
    await social.stop();
    await Promise.all([transport.remove(), testDatabase.remove()]);
  });
});
