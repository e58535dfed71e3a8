// Bytes and CPU of compressed pages of a feed: `node lab/compression.ts`. The figures are in docs/benchmarks.md.
import { compress } from 'chassis/base/compression';
import { printLine } from 'chassis/testing/print-line';

const WORDS =
  'the sun is much better cats are great dogs too but to be fair we went to lake and saw birds'.split(
    ' ',
  );
const RUNS = 500;

// Always the same page.
let seed = 1;
const random = (below: number): number => {
  seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
  return Math.floor((seed / 2_147_483_648) * below);
};
const text = (): string =>
  Array.from({ length: 8 + random(30) }, () => WORDS[random(WORDS.length)]).join(' ');
const page = (length: number): Buffer =>
  Buffer.from(
    JSON.stringify({
      items: Array.from({ length }, (_, at) => ({
        id: 100_000 - 7 * at,
        content: text(),
        author: { id: random(1e6), username: `user_${random(1e6)}` },
        createdAt: new Date(1.75e12 - 1e6 * at).toISOString(),
      })),
      nextCursor: 'eyJpIjozfQ',
    }),
  );

for (const posts of [20, 100]) {
  const content = page(posts);
  await printLine(`${posts} posts: ${content.length} bytes`);
  for (const coding of ['zstd', 'br', 'gzip'] as const) {
    for (let run = 0; run < RUNS; run += 1) compress(content, coding);
    const before = process.cpuUsage();
    for (let run = 0; run < RUNS; run += 1) compress(content, coding);
    const { user, system } = process.cpuUsage(before);
    const micros = Math.round((user + system) / RUNS);
    await printLine(`  ${coding}: ${compress(content, coding).length} bytes, ${micros} µs`);
  }
}
