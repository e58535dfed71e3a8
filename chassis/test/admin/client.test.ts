// The client that commands use to send requests to the admin port of a process.
import { once } from 'node:events';
import { createServer, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, jest, test } from '@jest/globals';
import { StartupError } from 'chassis/base/startup-error';
import { requestAdmin, requestAdminLines } from 'chassis/admin/client';

const closings: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  jest.restoreAllMocks();
  for (const close of closings.splice(0)) await close();
});

/** Starts an admin port with this listener. */
async function startAdmin(listener: RequestListener) {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  closings.push(async () => {
    server.closeAllConnections();
    await once(server.close(), 'close');
  });
  return { ADMIN_HOST: '0.0.0.0', ADMIN_PORT: (server.address() as AddressInfo).port };
}

const linesOf = async (address: Awaited<ReturnType<typeof startAdmin>>): Promise<unknown[]> => {
  const lines: unknown[] = [];
  for await (const line of requestAdminLines(address, 'POST', '/x')) lines.push(line);
  return lines;
};

test('reads complete lines from an answer that arrives byte by byte', async () => {
  const lines = [{ name: 'Zoë' }, { name: '小猫' }, { done: true }];
  const bytes = Buffer.from(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  const send = async (res: ServerResponse): Promise<void> => {
    for (const byte of bytes) {
      res.write(Buffer.of(byte));
      await new Promise(setImmediate);
    }
    res.end();
  };
  const address = await startAdmin((_req, res) => void send(res));
  expect(await linesOf(address)).toEqual(lines);
});

test('fails when the answer ends early', async () => {
  const address = await startAdmin((_req, res) => {
    res.write('{"a":1}\n', () => res.destroy());
  });
  await expect(linesOf(address)).rejects.toThrow('The answer broke off');
});

test('fails after 30 s without an answer', async () => {
  const address = await startAdmin(() => undefined);
  const soon = AbortSignal.timeout(50);
  const timeout = jest.spyOn(AbortSignal, 'timeout').mockReturnValue(soon);
  await expect(requestAdmin(address, 'GET', '/x')).rejects.toThrow(
    /^No answer from http:.* set ADMIN_PORT; its log line "listening" has the adminUrl\.$/,
  );
  expect(timeout).toHaveBeenCalledWith(30_000);
});

test('fails with the detail of the problem that the process answers', async () => {
  const address = await startAdmin((_req, res) => {
    res.writeHead(409).end('{"detail":"It is being made already"}');
  });
  await expect(requestAdmin(address, 'POST', '/x')).rejects.toThrow(
    `http://127.0.0.1:${address.ADMIN_PORT}/x answered with 409: It is being made already.`,
  );
});

test('fails with a StartupError when the answer is not JSON', async () => {
  const address = await startAdmin((_req, res) => void res.end('<h1>'));
  await expect(requestAdmin(address, 'GET', '/x')).rejects.toThrow(StartupError);
});
