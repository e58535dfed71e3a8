// An event that does not match its schema: the feed and the relay stop before it, say so, and continue once it is corrected.
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createMetrics } from 'chassis/observability/metrics';
import {
  describeOnServer,
  execute,
  serverDatabase,
  type TestDatabase,
} from 'chassis/testing/database';
import { memoryLog } from 'chassis/testing/memory-log';
import { metricOf, seriesIn } from 'chassis/testing/metrics';
import { describeWithNats, readStream, startNats, type TestNats } from 'chassis/testing/nats';
import { until } from 'chassis/testing/until';
import { eventReaderIn } from '../../src/events/event-reader.ts';
import { UnpublishableEvent, watchPublishing } from 'chassis/event-log/publish-check';
import { openTestDatabase } from '../support/database.ts';
import { readAll, read } from '../support/event-log.ts';
import { type Identity, startIdentity } from '../support/service.ts';

const LIMIT_MS = 30_000;

describeOnServer('on a server', () => {
  describeWithNats('an event that does not match its schema', () => {
    let nats: TestNats;
    let testDatabase: TestDatabase;
    let identity: Identity;
    beforeEach(async () => {
      nats = await startNats();
      testDatabase = await serverDatabase();
      identity = await startIdentity(testDatabase, { NATS_URL: nats.url });
    });
    afterEach(async () => {
      await identity.stop();
      await testDatabase.remove();
      await nats.remove();
    });
    const metric = (name: string): Promise<number> => metricOf(identity, name);
    const notice = async () =>
      ((await (await fetch(`${identity.adminUrl}/readyz`)).json()) as { notice?: string }).notice;
    const isPublishedUpTo = (offset: number) => async () =>
      (await metric('identity_relay_position')) === offset;

    test('stops the feed and the relay before it, until it is corrected; nothing is left out', async () => {
      await until('the relay is idle', isPublishedUpTo(6), LIMIT_MS);
      await execute(
        testDatabase,
        `begin;
         alter table user_events drop constraint user_events_username_check;
         insert into user_events (type, user_id, username)
           values ('UserUpdated', 1, 'cat_2'), ('UserUpdated', 2, '!'), ('UserUpdated', 3, 'owl_2');
         commit`,
      );
      await until('the relay stops', isPublishedUpTo(7), LIMIT_MS);
      expect((await read(identity, '?lastEventId=6')).nextOffset).toBe(7);
      const refused = await identity.request('/api/user-events?lastEventId=7');
      expect([refused.status, refused.text]).toEqual([
        503,
        expect.stringContaining('does not match its schema'),
      ]);
      await until(
        'the relay fails',
        async () => (await metric('identity_relay_failures_total')) > 0,
        LIMIT_MS,
      );
      expect(await metric('identity_log_blocked_offset')).toBe(8);
      expect(await notice()).toMatch(/^the event at offset 8 does not match .*\/data\/username/);
      expect((await readStream(nats.url)).at(-1)!.id).toBe('7');

      // As docs/operate.md says: republish the user, and delete the event.
      const republished = await fetch(`${identity.adminUrl}/log/republish?users=2`, {
        method: 'POST',
      });
      expect(republished.status).toBe(200);
      await execute(testDatabase, 'delete from user_events where position = 8');
      await until('the relay continues', isPublishedUpTo(10), LIMIT_MS);
      await until('it is reported', async () => (await notice()) === undefined, LIMIT_MS);
      expect(await metric('identity_log_blocked_offset')).toBe(0);
      const events = await readAll(identity);
      expect(events.map(({ id }) => Number(id))).toEqual([1, 2, 3, 4, 5, 6, 7, 9, 10]);
      const newest = new Map(events.map((event) => [event.subject, event]));
      expect(new Set(await readStream(nats.url))).toEqual(new Set(newest.values()));
    });

    test('is logged as an error with its offset and without its values, once a minute', async () => {
      const database = await openTestDatabase(testDatabase, undefined, false);
      await execute(
        testDatabase,
        `insert into user_events (type, user_id, username, created_at)
           values ('UserUpdated', 1, 'cat_2', 'infinity')`,
      );
      const { log, lines } = memoryLog();
      const metrics = createMetrics();
      const { reader } = watchPublishing(eventReaderIn(database.db), {
        name: 'user event log',
        prefix: 'identity_log',
        log,
        metrics,
      });
      for (let attempt = 0; attempt < 3; attempt += 1)
        await expect(reader.after(6)).rejects.toThrow(UnpublishableEvent);
      expect(lines).toEqual([
        expect.objectContaining({ level: 50, offset: 7, msg: expect.stringContaining('docs/') }),
      ]);
      expect(JSON.stringify(lines)).not.toContain('cat_2');
      expect(seriesIn(await metrics.text(), 'identity_log_blocked_offset')).toBe(7);
      // A consumer that starts behind the event proves nothing.
      await execute(
        testDatabase,
        `insert into user_events (type, user_id, username) values ('UserUpdated', 1, 'cat_3'), ('UserUpdated', 1, 'cat_4')`,
      );
      expect((await reader.after(8)).events).toHaveLength(1);
      expect(seriesIn(await metrics.text(), 'identity_log_blocked_offset')).toBe(7);
      await database.close();
    });
  });
});
