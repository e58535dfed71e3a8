// Social follows Identity's log over its HTTP feed.
import { jest } from '@jest/globals';
import { httpCarrier } from '../support/carriers.ts';
import { followingSuite } from '../support/following.ts';

jest.setTimeout(60_000);

followingSuite(httpCarrier);
