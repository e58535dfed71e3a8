// Servers on free ports that are stopped after the tests of the file, and raw bytes to and from a server.
import { once } from 'node:events';
import type { RequestListener } from 'node:http';
import { connect } from 'node:net';
import { afterAll } from '@jest/globals';
import { listen, type Listening, type ListenOptions } from 'chassis/http/server';

const open: Listening[] = [];
afterAll(async () => {
  await Promise.all(open.map((listening) => listening.stop()));
});

/** Serves `handler`; resolves with the server's URL. */
export async function serve(handler: RequestListener, options?: ListenOptions): Promise<string> {
  const listening = await listen(handler, '127.0.0.1', 0, options);
  open.push(listening);
  return listening.url;
}

/** Sends bytes unchanged. @returns all bytes that the server sends until it closes the connection */
export async function sendRaw(url: string, bytes: string): Promise<string> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  let answer = '';
  socket.setEncoding('utf8').on('data', (text: string) => (answer += text));
  socket.on('error', () => {});
  socket.write(bytes);
  await once(socket, 'close');
  return answer;
}
