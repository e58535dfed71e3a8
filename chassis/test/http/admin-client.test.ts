// What a command in a terminal hears of the process that it asks.
import { once } from 'node:events';
import { createServer, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, jest, test } from '@jest/globals';
import { StartupError } from 'chassis/base/startup-error';
import { requestAdmin, requestAdminLines } from 'chassis/http/admin-client';

const closings: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  jest.restoreAllMocks();
  for (const close of closings.splice(0)) await close();
});

/** A process whose admin port answers so. */
async function answering(listener: RequestListener) {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  closings.push(async () => {
    server.closeAllConnections();
    await once(server.close(), 'close');
  });
  return { ADMIN_HOST: '0.0.0.0', ADMIN_PORT: (server.address() as AddressInfo).port };
}

const linesOf = async (address: Awaited<ReturnType<typeof answering>>): Promise<unknown[]> => {
  const lines: unknown[] = [];
  for await (const line of requestAdminLines(address, 'POST', '/x')) lines.push(line);
  return lines;
};

test('lines come whole, wherever the answer is cut', async () => {
  const lines = [{ name: 'Zoë' }, { name: '小猫' }, { done: true }];
  const bytes = Buffer.from(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  const send = async (res: ServerResponse): Promise<void> => {
    for (const byte of bytes) {
      res.write(Buffer.of(byte));
      await new Promise(setImmediate);
    }
    res.end();
  };
  const address = await answering((_req, res) => void send(res));
  expect(await linesOf(address)).toEqual(lines);
});

test('an answer that breaks off is told', async () => {
  const address = await answering((_req, res) => {
    res.write('{"a":1}\n', () => res.destroy());
  });
  await expect(linesOf(address)).rejects.toThrow('The answer broke off');
});

test('a process that accepts and never answers is given up', async () => {
  const address = await answering(() => undefined);
  const soon = AbortSignal.timeout(50);
  const timeout = jest.spyOn(AbortSignal, 'timeout').mockReturnValue(soon);
  await expect(requestAdmin(address, 'GET', '/x')).rejects.toThrow(/^No answer from http:/);
  expect(timeout).toHaveBeenCalledWith(30_000);
});

test('what is wrong is told in the words of the process', async () => {
  const address = await answering((_req, res) => {
    res.writeHead(409).end('{"detail":"It is being made already"}');
  });
  await expect(requestAdmin(address, 'POST', '/x')).rejects.toThrow(
    `http://127.0.0.1:${address.ADMIN_PORT}/x answered with 409: It is being made already.`,
  );
});

test('an answer that is not JSON is a fault that the person is told of', async () => {
  const address = await answering((_req, res) => void res.end('<h1>'));
  await expect(requestAdmin(address, 'GET', '/x')).rejects.toThrow(StartupError);
});
