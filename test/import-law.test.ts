// Who may import whom: the law holds in the sources, and each of its rules catches a breach.
import { describe, expect, test } from '@jest/globals';
import { violations } from './support/import-law.ts';
import { readSources } from './support/sources.ts';

test('no file breaks the import law', () => {
  expect(violations(readSources())).toEqual([]);
});

const broken = (files: Record<string, string>): string[] =>
  violations(new Map(Object.entries(files)));

describe('what the law forbids', () => {
  test.each([
    ['gateway/src/app.ts', 'app may import no wire', `import { w } from './wire.ts';`],
    ['gateway/src/wire.ts', 'wire may import no app', `import { a } from './app.ts';`],
    [
      'gateway/src/routes/posts.ts',
      'routes may import',
      `import { s } from '../upstream/social.ts';`,
    ],
    ['gateway/src/views/part.ts', 'views may import no', `import { r } from '../routes/posts.ts';`],
    [
      'gateway/src/views/post/load.ts',
      'by `import type`',
      `export * from '../../upstream/social.ts';`,
    ],
    [
      'gateway/src/views/post/stitch.ts',
      'stitch may import views',
      `import { l } from './load.ts';`,
    ],
    [
      'gateway/src/upstream/layers/retry.ts',
      'layers may import no',
      `import { c } from './cache.ts';`,
    ],
    ['gateway/src/upstream/layers/retry.ts', 'no layers', `import type { C } from './cache.ts';`],
    [
      'gateway/src/upstream/layers/cache.ts',
      'by `import type`',
      `import { M } from '../memory.ts';`,
    ],
    ['gateway/src/upstream/social.ts', 'no wire', `import type { W } from '../wire.ts';`],
    [
      'gateway/src/upstream/call.ts',
      'words may import no',
      `import { f } from './layers/retry.ts';`,
    ],
    ['gateway/src/upstream/social.ts', 'upstream may import no app', `await import('../app.ts');`],
    ['gateway/src/helpers.ts', 'stands in no room', ``],
    [
      'gateway/src/app.ts',
      'may not import identity',
      `import { u } from 'identity-service/users';`,
    ],
    [
      'identity-service/src/app.ts',
      'may not import social',
      `import { p } from 'social-service/posts';`,
    ],
    [
      'social-service/src/app.ts',
      'may not import gateway',
      `import type { G } from 'gateway/app';`,
    ],
    [
      'chassis/src/app.ts',
      'may not import contracts',
      `import type { User } from 'contracts/types';`,
    ],
    [
      'contracts/src/types.ts',
      'may not import chassis',
      `import { invalid } from 'chassis/problem';`,
    ],
    ['chassis/src/a.ts', 'leaves its workspace', `import '../../test/support/database.ts';`],
    ['gateway/test/a.ts', 'leaves its workspace', `import '../../social-service/src/app.ts';`],
    ['chassis/src/app.ts', 'already knows prom-client', `import { Counter } from 'prom-client';`],
    ['chassis/src/log.ts', 'only main.ts touches process', `const { env } = process;`],
    ['gateway/src/wire.ts', 'only main.ts touches process', `const port = process.env.PORT;`],
    ['gateway/src/wire.ts', 'only main.ts touches process', `globalThis.process.exit();`],
    ['gateway/src/gateway.ts', 'is longer than 150 lines', 'a();\n'.repeat(151)],
    ['gateway/src/wire.ts', 'only main.ts touches process', `import { env } from 'node:process';`],
    [
      'gateway/src/upstream/layers/guard.ts',
      'layers may import no metrics',
      `import { m } from '../../metrics.ts';`,
    ],
  ])('%s: %s', (path, expected, source) => {
    expect(broken({ [path]: source })).toEqual([expect.stringContaining(expected)]);
  });

  test.each(['undici', 'opossum', 'lru-cache'])('%s in a second file of the gateway', (library) => {
    const text = `// first\nimport x from '${library}';`;
    const files = { 'gateway/src/upstream/a.ts': text, 'gateway/src/upstream/b.ts': text };
    expect(broken(files)).toEqual([
      `gateway/src/upstream/b.ts:2: another file already knows ${library}`,
    ]);
    expect(broken({ 'chassis/src/a.ts': text })).toHaveLength(1);
  });

  test('a breach is told with its line', () => {
    const text = `// one\nimport {\n  a,\n  b,\n} from 'chassis/log';\nimport { w } from './wire.ts';`;
    expect(broken({ 'gateway/src/app.ts': text })).toEqual([
      'gateway/src/app.ts:6: app may import no wire: gateway/src/wire.ts',
    ]);
  });
});

test('what the law allows is left in peace', () => {
  const files = {
    'gateway/src/main.ts': `import { runService } from 'chassis/process';\nprocess.exit(0);`,
    'gateway/src/wire.ts': `import { social } from './upstream/social.ts';`,
    'gateway/src/upstream/social.ts': `import { retry } from './layers/retry.ts';`,
    'gateway/src/upstream/layers/retry.ts': `import { UpstreamFailure } from '../failure.ts';`,
    'gateway/src/views/post/load.ts': `import type { Social } from '../../upstream/social.ts';`,
    'gateway/src/app.ts': `// the process.\nconst a = { process: 'process.env' };\na.process();`,
    'gateway/test/a.ts': `import '../../test/support/database.ts';`,
    'contracts/src/generated/social.ts': 'a();\n'.repeat(200),
    'chassis/test/server.test.ts': `process.env;\n${'a();\n'.repeat(200)}`,
  };
  expect(broken(files)).toEqual([]);
});
