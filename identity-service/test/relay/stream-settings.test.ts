// Which settings of a stream lose events.
import { expect, test } from '@jest/globals';
import { RetentionPolicy, type StorageType } from '@nats-io/jetstream';
import { losingSetting, streamConfig } from '../../src/relay/stream-settings.ts';

const own = { ...streamConfig(1), max_age: 0, max_bytes: -1, max_msgs: -1 };

test('the settings of Identity’s own stream lose no events, and neither do more messages for each subject', () => {
  expect(losingSetting(own)).toBeUndefined();
  expect(losingSetting({ ...own, subjects: ['user-events.>'] })).toBeUndefined();
  expect(losingSetting({ ...own, max_msgs: 0, max_bytes: 0 })).toBeUndefined();
  expect(losingSetting({ ...own, max_msgs_per_subject: -1 } as typeof own)).toBeUndefined();
});

test.each([
  [{ max_bytes: 40_000 }, 'its max_bytes is 40000, and must be -1'],
  [{ max_msgs: 268 }, 'its max_msgs is 268, and must be -1'],
  [{ max_age: 60_000_000_000 }, 'its max_age is 60000000000 ns, and must be 0'],
  [{ retention: RetentionPolicy.Workqueue }, 'its retention is workqueue, and must be limits'],
  [{ retention: RetentionPolicy.Interest }, 'its retention is interest, and must be limits'],
  [{ storage: 'memory' as StorageType }, 'its storage is memory, and must be file'],
  [{ subjects: ['user-events.1'] }, 'its subjects is user-events.1, and must be user-events.*'],
  [
    { subjects: ['a', 'user-events.*'] },
    'its subjects is a,user-events.*, and must be user-events.*',
  ],
  [{ subject_transform: { src: '>', dest: 'x.>' } }, 'its subject_transform is set'],
])('%j loses events', (change, message) => {
  const said = losingSetting({ ...own, ...change });
  expect(said).toContain(message);
  expect(said).toContain('delete the stream');
});
