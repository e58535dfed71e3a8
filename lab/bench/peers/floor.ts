// (b) The floor: the cost of Node and undici for one upstream call and nothing else. It passes Social's post on unchanged:
// no author, no checks, no metrics, no headers of its own.
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Pool } from 'undici';

const { SOCIAL_URL, PORT, UPSTREAM_CONNECTIONS } = process.env;
const social = new Pool(SOCIAL_URL!, { connections: Number(UPSTREAM_CONNECTIONS) });

async function passOn(path: string, res: ServerResponse): Promise<void> {
  const { statusCode, body } = await social.request({ method: 'GET', path });
  const text = await body.text();
  res.writeHead(statusCode, {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(text),
  });
  res.end(text);
}

const server = createServer((req, res) => void passOn(req.url!, res));

server.listen(Number(PORT), '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  console.log(JSON.stringify({ msg: 'listening', url: `http://127.0.0.1:${port}` }));
});
process.on('SIGTERM', () => process.exit(0));
