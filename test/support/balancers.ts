// Load balancers in front of two processes, as docs/operate.md configures them: haproxy and nginx from the system.
import { existsSync } from 'node:fs';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { describe } from '@jest/globals';
import { freePorts } from 'chassis/testing/free-ports';
import { requestJson } from 'chassis/testing/http-client';
import { type Child, start } from 'chassis/testing/process';
import { untilSuccess } from 'chassis/testing/until';

export type BalancerName = 'haproxy' | 'nginx';

/** The two ports of a process behind a load balancer. */
export interface Server {
  readonly port: number;
  readonly adminPort: number;
}

export interface Balancer {
  readonly url: string;
  stop(): Promise<void>;
}

/** Returns the path of a program in PATH or in Debian's folder; undefined when it is not installed. */
function find(program: BalancerName): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin'];
  return folders.map((folder) => join(folder, program)).find((path) => existsSync(path));
}

/** Describes a suite that needs load balancers. Without them it is skipped, with the reason in its name. */
export function describeWithBalancers(
  title: string,
  names: readonly BalancerName[],
  suite: () => void,
): void {
  const missing = names.filter((name) => find(name) === undefined);
  if (missing.length > 0) describe.skip(`${title} (needs ${missing.join(' and ')})`, suite);
  else describe(title, suite);
}

const haproxy = (port: number, servers: readonly Server[]): string => `
defaults
  mode http
  timeout connect 1s
  timeout client 30s
  timeout server 30s
  timeout check 5s
frontend all
  bind 127.0.0.1:${port}
  default_backend processes
backend processes
  option httpchk GET /readyz
  default-server inter 500ms fall 2 rise 1
${servers.map((s, i) => `  server s${i} 127.0.0.1:${s.port} check port ${s.adminPort}`).join('\n')}
`;

const nginx = (port: number, servers: readonly Server[], folder: string): string => `
daemon off;
worker_processes 1;
pid ${folder}/nginx.pid;
error_log stderr warn;
events { worker_connections 1024; }
http {
  access_log off;
  ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((kind) => `${kind}_temp_path ${folder}/${kind};`).join(' ')}
  proxy_connect_timeout 1s;
  proxy_http_version 1.1;
  proxy_set_header Connection "";
  proxy_set_header Host $http_host;
  upstream processes {
    ${servers.map((s) => `server 127.0.0.1:${s.port} max_fails=0;`).join(' ')}
    keepalive 16;
  }
  server {
    listen 127.0.0.1:${port};
    location / { proxy_pass http://processes; }
    location = /api/posts {
      proxy_pass http://processes;
      proxy_next_upstream error timeout non_idempotent;
    }
  }
}
`;

/** Starts a load balancer in front of the servers; resolves when a request to `path` has a 2xx answer. */
export async function startBalancer(
  name: BalancerName,
  servers: readonly Server[],
  path: string,
): Promise<Balancer> {
  const folder = await mkdtemp(join(process.env['TEST_TEMP']!, `${name}-`));
  const file = join(folder, 'configuration');
  const [port] = (await freePorts(1)) as [number];
  const isHaproxy = name === 'haproxy';
  await writeFile(file, isHaproxy ? haproxy(port, servers) : nginx(port, servers, folder));
  const args = isHaproxy ? ['-db', '-f', file] : ['-p', folder, '-e', 'stderr', '-c', file];
  const child: Child = start(find(name)!, args, { env: process.env });
  const url = `http://127.0.0.1:${port}`;
  await untilSuccess(`${name} answers`, () => requestJson(url + path)).catch((error: Error) => {
    throw new Error(`${error.message}\n${child.output()}`, { cause: error });
  });
  return { url, stop: async () => void (await child.stop()) };
}
