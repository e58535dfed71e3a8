// A process whose log is a pipe without a reader: it serves and stops, and logs how many lines were dropped.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { afterEach, expect, test } from '@jest/globals';

let child: ChildProcess | undefined;
afterEach(() => {
  child?.kill('SIGKILL');
});

/** Starts the process. Its standard output stays unread until the test reads `stdout`. */
async function startChatty() {
  child = spawn(process.execPath, [join(import.meta.dirname, '../support/chatty.ts')], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [url] = (await once(createInterface(child.stderr!), 'line')) as [string];
  return { child, url, get: async (path: string) => (await fetch(url + path)).text() };
}

const droppedIn = (metrics: string): number =>
  Number(/^log_lines_dropped_total (\d+)$/m.exec(metrics)?.[1]);

test('serves while its log is not read, counts dropped lines, and logs their number when the log is read again', async () => {
  const { child: chatty, get } = await startChatty();
  for (let request = 0; request < 30; request += 1) expect(await get('/')).toBe('ok');
  const dropped = droppedIn(await get('/metrics'));
  // It logs 3,000 lines of 1 kB; the buffer and the pipe take little more than 1 MB of them.
  expect(dropped).toBeGreaterThan(1000);

  const lines: Record<string, unknown>[] = [];
  const reader = createInterface(chatty.stdout!);
  reader.on('line', (line) => lines.push(JSON.parse(line) as Record<string, unknown>));
  while (lines.length + dropped < 3000) await once(reader, 'line');
  expect(await get('/')).toBe('ok');
  const report = () => lines.find((line) => line['dropped'] !== undefined);
  while (report() === undefined) await once(reader, 'line');
  expect(report()).toMatchObject({
    level: 'warn',
    dropped,
  });
});

test('stops within 2 s although its log is not read', async () => {
  const { child: chatty, get } = await startChatty();
  for (let request = 0; request < 30; request += 1) await get('/');
  const start = performance.now();
  chatty.kill('SIGTERM');
  const [code] = (await once(chatty, 'exit')) as [number];
  expect(code).toBe(0);
  expect(performance.now() - start).toBeLessThan(2_000);
});

test('writes what it logged before a crash', async () => {
  const { child: chatty, get } = await startChatty();
  const output = text(chatty.stdout!);
  const ended = once(chatty, 'exit');
  await expect(get('/crash')).rejects.toThrow();
  expect((await ended)[0]).toBe(1);
  expect(await output).toContain('the last words');
});
