// Log lines whose reader is slow or gone.
import { Writable } from 'node:stream';
import { expect, test } from '@jest/globals';
import { createLogDestination } from 'chassis/observability/log-destination';

/** Makes an output whose reader takes lines only in `readAll`. */
function arrange() {
  const read: string[] = [];
  const waiting: (() => void)[] = [];
  const output = new Writable({
    decodeStrings: false,
    write(line: string, _encoding, done) {
      waiting.push(() => {
        read.push(line);
        done();
      });
    },
  });
  const destination = createLogDestination(output, (dropped) => `dropped ${dropped}`, 10);
  const readAll = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      next();
      await new Promise(setImmediate);
    }
  };
  return { output, destination, read, readAll };
}

test('writes every line while the reader keeps up', async () => {
  const { destination, read, readAll } = arrange();
  for (const line of ['one', 'two']) destination.write(line);
  await readAll();
  expect(read).toEqual(['one', 'two']);
  expect(destination.dropped).toBe(0);
});

test('drops and counts lines while the buffer is full, and then writes how many', async () => {
  const { destination, read, readAll } = arrange();
  for (const line of ['123456', '7890123', 'lost 1', 'lost 2']) destination.write(line);
  expect(destination.dropped).toBe(2);
  await readAll();
  destination.write('again');
  await readAll();
  expect(read).toEqual(['123456', '7890123', 'dropped 2', 'again']);
  expect(destination.dropped).toBe(2);
});

test('drops lines when the reader is gone, and throws nothing', async () => {
  const { output, destination } = arrange();
  output.destroy(new Error('EPIPE'));
  await new Promise(setImmediate);
  destination.write('lost');
  expect(destination.dropped).toBe(1);
  await destination.flush(60_000);
});

test('flush waits until the buffered lines are written', async () => {
  const { destination, read, readAll } = arrange();
  destination.write('last');
  const flushed = destination.flush(60_000);
  await readAll();
  await flushed;
  expect(read.filter((line) => line !== '')).toEqual(['last']);
});

test('flush ends at its time limit when the lines are not read', async () => {
  const { destination, read } = arrange();
  destination.write('last');
  await destination.flush(10);
  expect(read).toEqual([]);
});
