// The web app for `npm start`: built when its sources changed since the last build, or it was never built.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { ViteDevServer } from 'vite';

/** What the built files depend on. */
const SOURCES = [
  'web/{index.html,vite.config.ts,package.json,tsconfig.json}',
  'web/{src,public}/**/*.*',
  'client/src/**/*.ts',
  'package-lock.json',
];

function hashOf(root: string): string {
  const hash = createHash('sha256');
  for (const path of globSync(SOURCES, { cwd: root }).sort())
    hash
      .update(path)
      .update('\0')
      .update(readFileSync(join(root, path)));
  return hash.digest('hex');
}

/** Where `npm run dev` shows the web app, if the port is free. */
const DEV_PORT = 5173;

/**
 * Serves the web app's sources: a change is seen at once. Requests to /api go to the gateway, as the page's own, so that
 * sessions work. Returns the server, and its address.
 */
export async function serveSources(
  root: string,
  gatewayUrl: string,
): Promise<{ server: ViteDevServer; url: string }> {
  const { createServer } = await import('vite');
  const server = await createServer({
    root: join(root, 'web'),
    logLevel: 'warn',
    clearScreen: false,
    server: {
      host: '127.0.0.1',
      port: DEV_PORT,
      // The gateway compares Origin with Host.
      proxy: { '/api': { target: gatewayUrl, changeOrigin: false } },
    },
  });
  await server.listen();
  return { server, url: server.resolvedUrls!.local[0]!.replace(/\/$/, '') };
}

/**
 * Builds the web app if necessary: one or two seconds. Says so in one line.
 * @throws when the sources have an error
 */
export async function buildWeb(root: string, print: (text: string) => void): Promise<void> {
  const dist = join(root, 'web/dist');
  const mark = join(root, 'node_modules/.cache/web-built');
  const hash = hashOf(root);
  if (
    existsSync(join(dist, 'index.html')) &&
    existsSync(mark) &&
    readFileSync(mark, 'utf8') === hash
  )
    return;
  const startedAt = performance.now();
  rmSync(mark, { force: true });
  // In a process of its own: Vite sets NODE_ENV, which the services would inherit.
  const vite = join(root, 'node_modules/vite/bin/vite.js');
  await promisify(execFile)(process.execPath, [vite, 'build', '--logLevel=warn'], {
    cwd: join(root, 'web'),
  });
  mkdirSync(join(mark, '..'), { recursive: true });
  writeFileSync(mark, hash);
  print(`The web app is built (${((performance.now() - startedAt) / 1000).toFixed(1)} s).`);
}
