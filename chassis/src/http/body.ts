// Reads JSON bodies, with limits on size and time; every fault is a problem.
import { isUtf8 } from 'node:buffer';
import express, { type Request, type Response } from 'express';
import { invalid, Problem } from './problem.ts';
import { requestContextOf } from './request-context.ts';

/** The largest body, in bytes. */
export const BODY_MAX = 65_536;
/** Time limit for receiving a body, in milliseconds. */
const BODY_MS = 5_000;

// Compressed bodies are refused: a few bytes could become many, and no client needs compression.
const parse = express.json({
  limit: BODY_MAX,
  inflate: false,
  type: 'application/json',
  // Otherwise a wrong byte would silently become a replacement character: in a password, for example.
  verify(_req, _res, body) {
    if (!isUtf8(body)) throw new TypeError('not UTF-8');
  },
});
// body-parser would take utf-16 and utf-7 as well. JSON is UTF-8 (RFC 8259, section 8.1).
const CHARSET = /;\s*charset\s*=\s*"?([^";\s]*)/i;
const isUtf8Declared = (type: string): boolean => /^(utf-8)?$/i.test(CHARSET.exec(type)?.[1] ?? '');

/**
 * Reads the body into `req.body`: a JSON object or list.
 * @throws Problem 400, 408, 413, 415, 503
 */
export async function readJson(
  req: Request,
  res: Response,
  limitMs: number = BODY_MS,
): Promise<void> {
  const { 'content-length': length, 'content-type': type } = req.headers;
  if (length === undefined && req.headers['transfer-encoding'] === undefined) throw missing();
  // The parser would read the whole body before it refuses it.
  if (Number(length) > BODY_MAX) throw tooLarge();
  if (!isUtf8Declared(type ?? '')) throw notJson();
  // A client that is slow to send its body must not keep others out.
  const { inFlight } = requestContextOf(req);
  inFlight?.end();
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(tooSlow()), limitMs);
    parse(req, res, (error?: unknown) => {
      clearTimeout(timer);
      if (error === undefined) resolve();
      else reject(problemOf(error));
    });
  });
  inFlight?.begin();
  if (req.body === undefined) throw type === undefined ? missing() : notJson();
}

const missing = (): Problem => invalid('/body', 'expected a JSON body');

const tooSlow = (): Problem =>
  new Problem('request-timeout', 'The body did not arrive completely in time', {
    headers: { Connection: 'close' },
  });

/** The rest of the body is not read: the connection is closed. */
const tooLarge = (): Problem =>
  new Problem('content-too-large', `The body is larger than ${BODY_MAX} bytes`, {
    headers: { Connection: 'close' },
  });

const notJson = (): Problem =>
  new Problem(
    'unsupported-media-type',
    'The body must be application/json in UTF-8, without compression',
  );

/** Converts an error of body-parser by its `type`; its messages may quote the body. */
function problemOf(error: unknown): unknown {
  const { type = '' } = error as { type?: string };
  if (type === 'entity.too.large') return tooLarge();
  if (/^(charset|encoding)\.unsupported$/.test(type)) return notJson();
  if (type === 'entity.verify.failed') return invalid('/body', 'expected text in UTF-8');
  if (/^(entity\.parse\.failed|request\.(size\.invalid|aborted))$/.test(type))
    return invalid('/body', 'expected a well-formed JSON object');
  return error;
}
