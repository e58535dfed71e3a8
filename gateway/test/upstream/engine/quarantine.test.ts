import { describe, expect, test } from '@jest/globals';
import type { BreakerState } from '../../../src/upstream/engine/breaker.ts';
import { failureKinds, type FailureKind } from '../../../src/upstream/engine/failure.ts';
import { createQuarantine } from '../../../src/upstream/engine/quarantine.ts';
import { failure } from './arrange.ts';

function arrange() {
  const clock = { ms: 0, state: 'closed' as BreakerState };
  const quarantine = createQuarantine<number | string>({
    upstream: 'identity',
    breaker: {
      resetMs: 5000,
      get state() {
        return clock.state;
      },
    },
    now: () => clock.ms,
  });
  return { clock, quarantine };
}

describe('a key that failed', () => {
  test('is tried again at once; after a second failure it is rejected for 1 s, then for twice as long each time, at most for 30 s', () => {
    const { clock, quarantine } = arrange();
    const times: number[] = [];
    quarantine.failed(13, failure('server-error'));
    expect(quarantine.rejection(13)).toBeUndefined();
    for (let failures = 1; failures < 8; failures += 1) {
      quarantine.failed(13, failure('server-error'));
      const seconds = quarantine.rejection(13)!.retryAfterS;
      clock.ms += seconds * 1000 - 1;
      expect(quarantine.rejection(13)).toMatchObject({ kind: 'quarantined' });
      clock.ms += 1;
      expect(quarantine.rejection(13)).toBeUndefined();
      times.push(seconds);
    }
    expect(times).toEqual([1, 2, 4, 8, 16, 30, 30]);
  });

  test('needs a trial until it succeeds; other keys do not', () => {
    const { quarantine } = arrange();
    quarantine.failed(13, failure('timeout'));
    expect([quarantine.needsTrial(13), quarantine.needsTrial(5)]).toEqual([true, false]);
    quarantine.succeeded(13);
    expect([quarantine.needsTrial(13), quarantine.rejection(13)]).toEqual([false, undefined]);
  });

  test('is not the probe of a half-open breaker, unless no other request came for a second', () => {
    const { clock, quarantine } = arrange();
    quarantine.failed(13, failure('server-error'));
    clock.ms = 5_000;
    clock.state = 'half_open';
    expect(quarantine.rejection(13)).toMatchObject({ kind: 'quarantined' });
    clock.ms += 1_000;
    expect([quarantine.rejection(13), quarantine.needsTrial(13)]).toEqual([undefined, false]);
  });

  test('is no longer known when a thousand others failed after it', () => {
    const { quarantine } = arrange();
    for (let key = 0; key <= 1_000; key += 1) quarantine.failed(key, failure('nonsense'));
    expect([quarantine.needsTrial(0), quarantine.needsTrial(1)]).toEqual([false, true]);
  });
});

const aboutUpstream: FailureKind[] = [
  'refused',
  'connect-timeout',
  'unavailable',
  'open',
  'busy',
  'left',
];
test.each(aboutUpstream)('a failure of the kind %s says nothing about the key', (kind) => {
  expect(failureKinds).toHaveProperty(kind);
  const { quarantine } = arrange();
  quarantine.failed(13, failure(kind));
  expect(quarantine.needsTrial(13)).toBe(false);
});

test('a bug says nothing about the key', () => {
  const { quarantine } = arrange();
  quarantine.failed(13, new TypeError('a bug'));
  expect(quarantine.needsTrial(13)).toBe(false);
});
