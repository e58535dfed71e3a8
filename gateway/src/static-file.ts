// Routes that serve a static file.
import { readFileSync } from 'node:fs';
import { SerializedBody } from 'chassis/http/validators';
import type { Route } from 'chassis/http/app';

const TYPES = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
} as const;

export interface StaticFileOptions {
  /** The Content-Security-Policy of the page that the file belongs to. */
  readonly policy: string;
  readonly cache: 'public' | 'no-store';
}

/** Reads the file at once, and keeps it. @throws when the file does not exist, or its type is unknown */
export function staticFile(
  path: string,
  file: URL | string,
  { policy, cache }: StaticFileOptions,
): Route {
  const extension = String(file).split('.').at(-1) as keyof typeof TYPES;
  const type = TYPES[extension];
  // Serialized once: hashing a large file for each request would block the process.
  const body = new SerializedBody(readFileSync(file));
  const headers = { 'Content-Security-Policy': policy };
  return { method: 'get', path, handle: () => ({ body, type, cache, headers }) };
}
