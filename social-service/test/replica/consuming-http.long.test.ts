// Social consumes Identity's user event log over its HTTP feed.
import { jest } from '@jest/globals';
import { startHttpTransport } from '../support/log-transports.ts';
import { consumerSuite } from '../support/consumer-suite.ts';

jest.setTimeout(60_000);

consumerSuite(startHttpTransport);
