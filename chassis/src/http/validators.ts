// Validators and codings of answers: ETags, and the conditions of requests that name them (RFC 9110, sections 8.8.3 and 13).
import { hash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { codingFor, compress, MIN_COMPRESSED_BYTES, type Coding } from '../base/compression.ts';
import { Problem } from './problem.ts';
import { requestContextOf } from './request-context.ts';

/** A serialized body, its length in bytes, and its ETag (RFC 9110, section 8.8.3), computed at the first use. */
export class SerializedBody {
  readonly content: string | Buffer;
  readonly bytes: number;
  #etag: string | undefined;
  #compressed: Partial<Record<Coding, Buffer>> | undefined;

  constructor(content: string | Buffer) {
    this.content = content;
    this.bytes = Buffer.byteLength(content);
  }

  get etag(): string {
    return (this.#etag ??= `"${hash('sha1', this.content, 'base64url')}"`);
  }

  /** The compressed content; a body that is sent again is compressed once for each coding. */
  compressed(coding: Coding): Buffer {
    const { content } = this;
    const plain = typeof content === 'string' ? Buffer.from(content) : content;
    return ((this.#compressed ??= {})[coding] ??= compress(plain, coding));
  }
}

/** Serializes as JSON. */
export const serialize = (body: unknown): SerializedBody =>
  new SerializedBody(JSON.stringify(body));

/**
 * Chooses the coding of a body, and says in the headers what depends on that. A compressed body has a weak ETag: its bytes
 * are others, its meaning is the same.
 */
export function negotiateCoding(
  req: IncomingMessage,
  { bytes }: SerializedBody,
  headers: Record<string, string | readonly string[]>,
): Coding | undefined {
  if (bytes < MIN_COMPRESSED_BYTES || !requestContextOf(req).compresses) return undefined;
  const { Vary: vary, ETag: etag } = headers;
  headers['Vary'] = vary === undefined ? 'Accept-Encoding' : `${String(vary)}, Accept-Encoding`;
  const coding = codingFor(req.headers['accept-encoding']);
  if (coding !== undefined && etag !== undefined) headers['ETag'] = `W/${String(etag)}`;
  return coding;
}

/**
 * Whether a list of tags names the ETag, or is `*` (RFC 9110, section 13.1). The comparison is weak, also for If-Match:
 * a proxy that compresses our answers makes our tags weak, and they still name the same content.
 */
export const namesTag = (list: string, etag: string): boolean =>
  list.trim() === '*' || list.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag);

/** Whether a resource is still as the client knows it. @param body what a GET would answer now */
export type IsCurrent = (body: unknown) => boolean;

/** The condition of a write, from its If-Match (RFC 9110, section 13.1.1); undefined when there is none. */
export function conditionOf({ headers }: Pick<IncomingMessage, 'headers'>): IsCurrent | undefined {
  const list = headers['if-match'];
  // A resource that does not exist is a 404, so `*` is no condition.
  if (list === undefined || list.trim() === '*') return undefined;
  return (body) => namesTag(list, serialize(body).etag);
}

/** Makes the problem for a write whose condition is not fulfilled. */
export const outdated = (): Problem =>
  new Problem('precondition-failed', 'If-Match does not name the current version: read it again');
