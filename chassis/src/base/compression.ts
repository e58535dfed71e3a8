// Content codings (RFC 9110, section 8.4.1): which one a client accepts, and compressed bytes.
import { brotliCompressSync, constants, gzipSync, zstdCompressSync } from 'node:zlib';

/** Best first: by time, with sizes that are nearly equal (lab/compression.ts). */
const CODINGS = ['zstd', 'br', 'gzip'] as const;
export type Coding = (typeof CODINGS)[number];

/** Smaller bodies fit into one packet anyway. */
export const MIN_COMPRESSED_BYTES = 1_000;

/**
 * Compresses at once, on this thread: for our answers that takes less than handing the work to another one. The levels are
 * those after which more time brings little.
 */
export function compress(content: Buffer, coding: Coding): Buffer {
  if (coding === 'gzip') return gzipSync(content, { level: 1 });
  if (coding === 'zstd')
    return zstdCompressSync(content, { params: { [constants.ZSTD_c_compressionLevel]: 3 } });
  const { BROTLI_PARAM_QUALITY: quality, BROTLI_PARAM_SIZE_HINT: size } = constants;
  return brotliCompressSync(content, { params: { [quality]: 3, [size]: content.length } });
}

const MEMBER =
  /^[ \t]*([!#$%&'*+.^_`|~\w-]+)[ \t]*(?:;[ \t]*q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)[ \t]*)?$/i;
const MAX_LENGTH = 500;
const MAX_KNOWN = 100;
/** Browsers send one of a few headers. */
const known = new Map<string, Coding | undefined>();

/** The coding for an Accept-Encoding header (RFC 9110, section 12.5.3); undefined for none. */
export function codingFor(header: string | undefined): Coding | undefined {
  if (header === undefined || header.length > MAX_LENGTH) return undefined;
  if (known.has(header)) return known.get(header);
  const coding = negotiate(header);
  if (known.size < MAX_KNOWN) known.set(header, coding);
  return coding;
}

function negotiate(header: string): Coding | undefined {
  const weights = new Map<string, number>();
  for (const member of header.split(',')) {
    const [, name, weight = '1'] = MEMBER.exec(member) ?? [];
    if (name !== undefined) weights.set(name.toLowerCase(), Number(weight));
  }
  const weightOf = (name: string): number => weights.get(name) ?? weights.get('*') ?? 0;
  // Not compressed at all, if the client says that it likes that better.
  let best: readonly [Coding | undefined, number] = [undefined, weights.get('identity') ?? 0];
  for (const coding of CODINGS) {
    const weight = weightOf(coding);
    const isBetter = best[0] === undefined ? weight >= best[1] : weight > best[1];
    if (weight > 0 && isBetter) best = [coding, weight];
  }
  return best[0];
}
