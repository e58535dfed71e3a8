// How a setting with NATS addresses becomes options of the client.
import { expect, test } from '@jest/globals';
import { brokerOptions } from 'chassis/events/nats/connection';
import { natsUrl } from 'chassis/events/nats/settings';

test.each([
  ['nats://127.0.0.1:4222', ['127.0.0.1:4222']],
  ['127.0.0.1:4222', ['127.0.0.1:4222']],
  ['nats://a:1,nats://b:2, c', ['a:1', 'b:2', 'c']],
  [
    ['nats://a:1', 'nats://[::1]:2'],
    ['a:1', '[::1]:2'],
  ],
])('%j means the servers %j', (urls, servers) => {
  expect(brokerOptions(urls, 'social')).toMatchObject({
    servers,
    name: 'social',
    maxReconnectAttempts: -1,
  });
});

test('takes user and password, or a token, out of the address', () => {
  const both = brokerOptions('nats://ann:p%40ss@a:1', 'x');
  expect(both).toMatchObject({ servers: ['a:1'], user: 'ann', pass: 'p@ss' });
  const token = brokerOptions('nats://s3cret@a:1', 'x');
  expect(token).toMatchObject({ servers: ['a:1'], token: 's3cret' });
  expect(brokerOptions('nats://a:1', 'x')).not.toHaveProperty('token');
});

test('uses TLS for tls://, and not for nats://', () => {
  expect(brokerOptions('tls://a:1', 'x')).toMatchObject({ servers: ['a:1'], tls: {} });
  expect(brokerOptions('nats://a:1', 'x')).not.toHaveProperty('tls');
});

test.each([
  ['nats://a:1', true],
  ['nats://ann:100%25@a:1, tls://b', true],
  ['nats://ann:100%@a:1', false],
  ['nats://a:1,nats://100%@b', false],
  ['http://a:1', false],
  ['nats://', false],
])('NATS_URL %s is valid: %s', (text, isValid) => {
  expect(natsUrl('The broker.').safeParse(text).success).toBe(isValid);
});
