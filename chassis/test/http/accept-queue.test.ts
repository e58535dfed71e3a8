// When new connections are closed unread. The clocks are the test's own.
import { createServer } from 'node:net';
import { expect, test } from '@jest/globals';
import { BACKLOG, guardAcceptQueue } from 'chassis/http/accept-queue';

/** A server to which connections come, and clocks that go on only when told. */
function overloadedServer() {
  let [time, idleTime, closed] = [0, 0, 0];
  const server = createServer();
  const clocks = { now: () => time, idle: () => idleTime };
  const queue = guardAcceptQueue(server, () => (closed += 1), clocks);
  const closes = (): boolean => server.maxConnections === 0;
  const connect = (): boolean => server.emit(closes() ? 'drop' : 'connection');
  return {
    queue,
    closes,
    connect,
    closed: () => closed,
    /** The event loop has nothing to do for a moment. */
    pause: () => void (idleTime += 1),
    /** The machine does something else. */
    stall: (ms: number) => void (time += ms),
    /** The loop is busy for `ms`, and accepts a connection in each of them. */
    work(ms: number) {
      for (let step = 0; step < ms; step += 1) {
        time += 1;
        connect();
        if (time % 20 === 0) queue.check();
      }
    },
  };
}

test('accepts everything while the loop has pauses', () => {
  const server = overloadedServer();
  for (let round = 0; round < 50; round += 1) {
    server.work(200);
    server.pause();
  }
  expect([server.closes(), server.closed()]).toEqual([false, 0]);
});

test('a burst that is over within 500 ms is no overload', () => {
  const server = overloadedServer();
  server.work(500);
  expect(server.closes()).toBe(false);
});

test('a burst of 200 connections is no overload, however long it takes', () => {
  const server = overloadedServer();
  for (let slow = 0; slow < 10; slow += 1) {
    server.work(20);
    server.stall(1_000);
  }
  expect(server.closed()).toBe(0);
});

test('a busy loop without new connections is no overload', () => {
  const server = overloadedServer();
  server.work(100);
  for (let round = 0; round < 100; round += 1) {
    server.queue.check();
    server.queue.check();
    server.work(1);
  }
  expect(server.closes()).toBe(false);
});

test('closes connections once the loop was busy with new ones for 500 ms, until it has a pause', () => {
  const server = overloadedServer();
  server.work(540);
  expect(server.closes()).toBe(true);
  expect(server.queue.isOverloaded).toBe(true);
  expect(server.closed()).toBeGreaterThan(0);
  server.pause();
  server.connect();
  expect(server.closes()).toBe(false);
});

test('while it is overloaded, accepts for 100 ms at a time', () => {
  const server = overloadedServer();
  server.work(540);
  server.pause();
  server.connect();
  server.work(100);
  expect(server.closes()).toBe(false);
  server.work(41);
  expect(server.closes()).toBe(true);
});

test('accepts again when all that still wait came after the first that was closed, even without a pause', () => {
  const server = overloadedServer();
  server.work(540);
  const before = server.closed();
  for (let more = before; more < BACKLOG; more += 1) server.connect();
  expect(server.closes()).toBe(false);
  server.connect();
  expect(server.closed()).toBe(BACKLOG);
});

test('a second after the last closed connection, a burst is a burst again', () => {
  const server = overloadedServer();
  server.work(540);
  server.pause();
  server.connect();
  for (let round = 0; round < 30; round += 1) {
    server.work(50);
    server.pause();
  }
  server.work(250);
  expect(server.closes()).toBe(false);
});
