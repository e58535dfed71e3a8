// Social follows Identity's log from a stream at a real broker: the same suite as over HTTP.
import { describeWithNats } from 'chassis/testing/nats';
import { jetStreamCarrier } from '../support/carriers.ts';
import { followingSuite } from '../support/following.ts';

describeWithNats('from JetStream', () => followingSuite(jetStreamCarrier));
