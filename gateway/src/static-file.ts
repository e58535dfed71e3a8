// Routes that serve a file, read once at the start.
import { readFileSync } from 'node:fs';
import { SerializedBody } from 'chassis/http/answer';
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

/** @throws when the file is not there, or its type is not known */
export function staticFile(
  path: string,
  file: URL | string,
  { policy, cache }: StaticFileOptions,
): Route {
  const extension = String(file).split('.').at(-1) as keyof typeof TYPES;
  const type = TYPES[extension];
  // Serialized once: a large file would block the process each time.
  const body = new SerializedBody(readFileSync(file));
  const headers = { 'Content-Security-Policy': policy };
  return { method: 'get', path, handle: () => ({ body, type, cache, headers }) };
}
