// The warning about secrets of the demo in production.
import { expect, test } from '@jest/globals';
import { warnOfDemoSecrets } from 'chassis/observability/demo-secrets';
import { memoryLog } from 'chassis/testing/memory-log';

const settings = {
  NODE_ENV: 'production',
  PORT: 8081,
  DATABASE_URL: 'postgres://identity:identity-demo-only@db/identity',
  FEED_TOKENS: new Map([['social', 'social-feed-token-demo-only']]),
  NATS_URL: 'nats://identity:my-own@nats:4222',
  ADMIN_TOKEN: undefined,
};

test('names the settings with secrets of the demo in production, and no value', () => {
  const { log, lines } = memoryLog();
  warnOfDemoSecrets(settings, log);
  expect(lines).toEqual([
    expect.objectContaining({ level: 40, settings: ['DATABASE_URL', 'FEED_TOKENS'] }),
  ]);
  expect(JSON.stringify(lines)).not.toContain('demo-only');
});

test('says nothing in development, or when all secrets are own ones', () => {
  const { log, lines } = memoryLog();
  warnOfDemoSecrets({ ...settings, NODE_ENV: 'development' }, log);
  warnOfDemoSecrets({ NODE_ENV: 'production', NATS_URL: settings.NATS_URL }, log);
  expect(lines).toEqual([]);
});
