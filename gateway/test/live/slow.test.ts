// A client that does not read its stream.
import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import { expect, test } from '@jest/globals';
import { createMetrics } from 'chassis/observability/metrics';
import { createLive } from '../../src/live/live.ts';

/** A response whose client reads nothing. */
class Stalled extends EventEmitter {
  destroyed = false;
  writableEnded = false;
  writableLength = 0;
  write(text: string): boolean {
    this.writableLength += text.length;
    return false;
  }
  destroy(): void {
    this.destroyed = true;
    this.emit('close');
  }
}

test('is cut off when its queue is full, and counted', async () => {
  const metrics = createMetrics();
  const live = createLive({
    limits: { perUser: 9, perAddress: 9, all: 9 },
    history: 10,
    queueBytes: 16_384,
    consumesUsers: false,
    metrics,
  });
  live.hub.social.advanced({ offset: 0 }, undefined, true);
  const viewer = { userId: 7, sessionId: 'session', expiresAt: Date.now() + 60_000 };
  const begin = await live.open(viewer, '192.0.2.1', undefined, async () => new Set());
  const res = new Stalled();
  begin(res as unknown as ServerResponse);
  let sent = 0;
  while (!res.destroyed && sent < 1000) {
    sent += 1;
    const post = { kind: 'post', change: 'created', offset: sent, id: sent, authorId: 7 } as const;
    live.hub.social.event(post, undefined);
  }
  expect(res.destroyed).toBe(true);
  expect(sent).toBeLessThan(400);
  expect(await metrics.text()).toContain('gateway_live_ended_total{reason="slow"} 1');
  live.stop();
});
