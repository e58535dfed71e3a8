// Routes that serve a static file.
import { readFileSync } from 'node:fs';
import { SerializedBody } from 'chassis/http/validators';
import type { Answer } from 'chassis/http/answer';
import type { Route } from 'chassis/http/app';

const TYPES = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
} as const;

export interface StaticFileOptions {
  /** The Content-Security-Policy of the page that the file belongs to. */
  readonly policy: string;
  readonly cache: 'public' | 'no-store';
  /** Whether the name has a hash of the content: browsers then keep the file for a year, without asking. */
  readonly isHashed?: boolean;
}

/** Reads the file at once, and keeps it. @throws when the file does not exist, or its type is unknown */
export function staticFile(
  path: string,
  file: URL | string,
  { policy, cache, isHashed = false }: StaticFileOptions,
): Route & { readonly handle: () => Answer } {
  const extension = String(file).split('.').at(-1) as keyof typeof TYPES;
  const type = TYPES[extension];
  // Serialized once: hashing a large file for each request would block the process.
  const body = new SerializedBody(readFileSync(file));
  const headers = {
    'Content-Security-Policy': policy,
    ...(isHashed && { 'Cache-Control': 'public, max-age=31536000, immutable' }),
  };
  return { method: 'get', path, handle: () => ({ body, type, cache, headers }) };
}
