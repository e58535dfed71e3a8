// Social consumes Identity's user event log from a stream at a real broker: the same suite as over HTTP.
import { describeWithNats } from 'chassis/testing/nats';
import { startNatsTransport } from '../support/log-transports.ts';
import { consumerSuite } from '../support/consumer-suite.ts';

describeWithNats('from JetStream', () => consumerSuite(startNatsTransport));
