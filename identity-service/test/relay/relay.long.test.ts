// The relay in its own processes, on a database server, while users change: killed processes, two processes at the same time,
// a broker that is killed, slow or frozen. The stream keeps all events here, and has to equal the log at the end.
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { jetstreamManager } from '@nats-io/jetstream';
import { nanos } from '@nats-io/transport-node';
import type { Database } from 'chassis/postgres/database';
import { type Child, startService } from 'chassis/testing/process';
import { metricOf } from 'chassis/testing/metrics';
import { startTcpProxy } from 'chassis/testing/tcp-proxy';
import { describeOnServer, serverDatabase, type TestDatabase } from 'chassis/testing/database';
import { describeWithNats, readStream, startNats, type TestNats } from 'chassis/testing/nats';
import { until } from 'chassis/testing/until';
import { publishedOffsetIn } from '../../src/relay/published-offset.ts';
import type { Schema } from '../../src/schema.ts';
import { STREAM } from '../../src/relay/stream-settings.ts';
import { eventReaderIn } from '../../src/events/event-reader.ts';
import { type MessageRecorder, recordMessages } from '../support/message-recorder.ts';
import { changeUsers } from '../support/user-changes.ts';
import { openTestDatabase } from '../support/database.ts';
import { readLogUntil } from '../support/event-log.ts';

const LIMIT_MS = 30_000;
const main = join(import.meta.dirname, '../../src/main.ts');

interface Instance {
  readonly child: Child;
  isActive(): Promise<boolean>;
  end(): Promise<void>;
}

async function startInstance(DATABASE_URL: string, NATS_URL: string): Promise<Instance> {
  const { child, adminUrl } = await startService(main, { DATABASE_URL, NATS_URL });
  return {
    child,
    isActive: async () => (await metricOf({ adminUrl }, 'identity_relay_active')) === 1,
    async end() {
      expect(await child.stop()).toEqual({ code: 0, stderr: '' });
    },
  };
}

const kill = ({ child }: Instance) => child.stop('SIGKILL');

describeOnServer('on a server', () => {
  describeWithNats('the relay', () => {
    let nats: TestNats;
    let recorder: MessageRecorder;
    let testDatabase: TestDatabase;
    let database: Database<Schema>;
    let url: string;
    let writers: { end(): Promise<void> };
    beforeEach(async () => {
      nats = await startNats();
      recorder = await recordMessages(nats.url);
      // The relay does not change a stream that exists: this one keeps all events.
      await (
        await jetstreamManager(recorder.connection)
      ).streams.add({
        name: STREAM,
        subjects: ['user-events.*'],
        // Too short to help: a repeated event has to be rejected because of its place.
        duplicate_window: nanos(100),
      });
      testDatabase = await serverDatabase();
      database = await openTestDatabase(testDatabase);
      url = testDatabase.settings.DATABASE_URL!;
      writers = startWriters();
    });
    afterEach(async () => {
      await writers.end();
      await recorder.close();
      await database.close();
      await testDatabase.remove();
      await nats.remove();
    });

    /** Starts four writers that change users until they are stopped. */
    function startWriters() {
      const over = { yet: false };
      const write = async (number: number): Promise<void> => {
        for (let round = 0; !over.yet; round += 1)
          await changeUsers(
            database.db,
            { number: number * 100_000 + round, users: [1, 2, 3, 4, 5, 6] },
            8,
          );
      };
      const running = Promise.all([1, 2, 3, 4].map(write));
      return {
        async end() {
          over.yet = true;
          await running;
        },
      };
    }

    /** Ends the writers, waits for the relay, and compares the stream with the log. */
    async function settle(atLeast: number): Promise<void> {
      await writers.end();
      const head = await eventReaderIn(database.db).endOffset();
      const position = publishedOffsetIn(database.db);
      await until('all is published', async () => (await position.read()) === head, LIMIT_MS);
      const events = await readLogUntil(database.db, () => true);
      expect(await readStream(nats.url)).toEqual(events);
      expect(events.length).toBeGreaterThan(atLeast);
    }
    const untilMorePublished = (count: number) => {
      const goal = recorder.messages.length + count;
      return until(
        `${count} more were published`,
        () => recorder.messages.length >= goal,
        LIMIT_MS,
      );
    };

    test('loses no event and repeats no event when it is killed again and again while it publishes', async () => {
      for (let round = 0; round < 12; round += 1) {
        const instance = await startInstance(url, nats.url);
        // As soon as the broker has the events, so mostly before the offset is stored.
        await untilMorePublished(1 + ((round * 37) % 90));
        await kill(instance);
      }
      const last = await startInstance(url, nats.url);
      await settle(300);
      await last.end();
    });

    test('runs in one of two processes; when that process is killed, the other takes over within 5 s', async () => {
      let instances = await Promise.all([
        startInstance(url, nats.url),
        startInstance(url, nats.url),
      ]);
      for (let round = 0; round < 6; round += 1) {
        await untilMorePublished(20);
        const active = await Promise.all(instances.map((each) => each.isActive()));
        expect(active.filter(Boolean)).toHaveLength(1);
        const [one, other] = active[0] ? instances : instances.toReversed();
        await kill(one!);
        const start = performance.now();
        await untilMorePublished(1);
        expect(performance.now() - start).toBeLessThan(5_000);
        expect(await other!.isActive()).toBe(true);
        instances = [other!, await startInstance(url, nats.url)];
      }
      await settle(150);
      await Promise.all(instances.map((each) => each.end()));
    });

    test('is taken over within 8 s when its process is frozen, and does no harm when the process continues', async () => {
      const instances = await Promise.all([
        startInstance(url, nats.url),
        startInstance(url, nats.url),
      ]);
      await untilMorePublished(20);
      const [one, other] = (await instances[0].isActive()) ? instances : instances.toReversed();
      one!.child.process.kill('SIGSTOP');
      // Events that it has sent may still arrive.
      await new Promise((resolve) => setTimeout(resolve, 500));
      const start = performance.now();
      await untilMorePublished(1);
      expect(performance.now() - start).toBeLessThan(8_000);
      expect(await other!.isActive()).toBe(true);
      one!.child.process.kill('SIGCONT');
      await untilMorePublished(50);
      await until(
        'the first process knows that it does not publish',
        async () => !(await one!.isActive()),
        LIMIT_MS,
      );
      expect(await other!.isActive()).toBe(true);
      await settle(50);
      await Promise.all(instances.map((each) => each.end()));
    });

    test.each(['publishes', 'waits'] as const)(
      'ends within 10 s while its database is silent, in the instance that %s',
      async (does) => {
        const proxy = await startTcpProxy(url);
        const urls = does === 'publishes' ? [proxy.url, url] : [url, proxy.url];
        const first = await startInstance(urls[0]!, nats.url);
        await until('one publishes', () => first.isActive(), LIMIT_MS);
        const second = await startInstance(urls[1]!, nats.url);
        const [silenced, other] = does === 'publishes' ? [first, second] : [second, first];
        await untilMorePublished(10);
        proxy.delay(Infinity);
        await new Promise((resolve) => setTimeout(resolve, 1_000));
        const start = performance.now();
        await silenced.end();
        expect(performance.now() - start).toBeLessThan(10_000);
        await proxy.close();
        await settle(10);
        await other.end();
      },
    );

    test('continues after a broker was killed and restarted, also when its own process was killed meanwhile', async () => {
      let instance = await startInstance(url, nats.url);
      for (let round = 0; round < 5; round += 1) {
        await untilMorePublished(30);
        await nats.servers[0]!.kill();
        if (round % 2 === 1) {
          await kill(instance);
          instance = await startInstance(url, nats.url);
        }
        await nats.servers[0]!.restart();
        await until(
          'the test is connected to the broker again',
          () => !recorder.connection.isClosed(),
          LIMIT_MS,
        );
      }
      await settle(200);
      await instance.end();
    });

    test('continues with a slow broker, and after a broker was silent for longer than its timeout', async () => {
      const proxy = await startTcpProxy(nats.url);
      proxy.delay(400);
      const instance = await startInstance(url, proxy.url);
      await untilMorePublished(50);
      for (let round = 0; round < 2; round += 1) {
        proxy.delay(Infinity);
        await new Promise((resolve) => setTimeout(resolve, 7_000));
        proxy.delay(20);
        await untilMorePublished(50);
      }
      await settle(300);
      await instance.end();
      await proxy.close();
    });
  });
});
