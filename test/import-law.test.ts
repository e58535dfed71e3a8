// The import law: the sources keep it, and each of its rules catches a violation.
import { describe, expect, test } from '@jest/globals';
import { violations } from './support/import-law.ts';
import { readSources } from './support/sources.ts';

test('no file breaks the import law', () => {
  expect(violations(readSources())).toEqual([]);
});

const violationsIn = (files: Record<string, string>): string[] =>
  violations(new Map(Object.entries(files)));

describe('a violation', () => {
  test.each([
    ['gateway/src/app.ts', 'app may import no wire', `import { w } from './wire/wire.ts';`],
    ['gateway/src/wire/wire.ts', 'wire may import no app', `import { a } from '../app.ts';`],
    [
      'gateway/src/routes/posts.ts',
      'social by `import type` only',
      `import { s } from '../upstream/social/posts.ts';`,
    ],
    ['gateway/src/routes/posts.ts', 'no wire', `import type { W } from '../wire/wire.ts';`],
    [
      'gateway/src/views/data-source.ts',
      'views may import no routes',
      `import { r } from '../routes/posts.ts';`,
    ],
    [
      'gateway/src/views/post/load.ts',
      'social by `import type` only',
      `export * from '../../upstream/social/posts.ts';`,
    ],
    [
      'gateway/src/views/post/stitch.ts',
      'stitch may import views by `import type` only',
      `import { l } from './load.ts';`,
    ],
    [
      'gateway/src/upstream/engine/layers/retry.ts',
      'layers may import no layers',
      `import { c } from './cache.ts';`,
    ],
    [
      'gateway/src/upstream/engine/layers/retry.ts',
      'layers may import no layers',
      `import type { C } from './cache.ts';`,
    ],
    [
      'gateway/src/upstream/engine/layers/cache.ts',
      'engine by `import type` only',
      `import { C } from '../cache.ts';`,
    ],
    [
      'gateway/src/upstream/engine/transport/transport.ts',
      'engine may import no upstream',
      `import type { U } from '../../upstream.ts';`,
    ],
    [
      'gateway/src/upstream/upstream.ts',
      'upstream may import no social',
      `import type { P } from './social/posts.ts';`,
    ],
    [
      'gateway/src/upstream/social/posts.ts',
      'social may import no identity',
      `import { u } from '../identity/users.ts';`,
    ],
    [
      'gateway/src/upstream/social/posts.ts',
      'social may import no wire',
      `import type { W } from '../../wire/wire.ts';`,
    ],
    [
      'gateway/src/upstream/engine/call.ts',
      'calls may import no layers',
      `import { f } from './layers/retry.ts';`,
    ],
    [
      'gateway/src/upstream/social/posts.ts',
      'social may import no app',
      `await import('../../app.ts');`,
    ],
    [
      'chassis/src/http/server.ts',
      'http may import no process',
      `import { s } from '../process/process.ts';`,
    ],
    [
      'chassis/src/http/server.ts',
      'http may import no postgres',
      `import type { D } from '../postgres/database.ts';`,
    ],
    [
      'contracts/src/guard.ts',
      'documents may import no conformance',
      `import { c } from './conformance/conformance.ts';`,
    ],
    [
      'identity-service/src/accounts/accounts.ts',
      'accounts may import no routes',
      `import { r } from '../routes/users.ts';`,
    ],
    [
      'identity-service/src/events/outbox.ts',
      'events may import no relay',
      `import type { R } from '../relay/relay.ts';`,
    ],
    [
      'social-service/src/posts/feed.ts',
      'posts may import no friends',
      `import { f } from '../friends/friends.ts';`,
    ],
    [
      'social-service/src/replica/store.ts',
      'replica may import no routes',
      `import { r } from '../routes/authors.ts';`,
    ],
    ['gateway/src/helpers.ts', 'belongs to no room', ``],
    [
      'gateway/src/app.ts',
      'may not import identity',
      `import { u } from 'identity-service/users';`,
    ],
    [
      'identity-service/src/wire/wire.ts',
      'may not import social',
      `import { p } from 'social-service/posts';`,
    ],
    [
      'social-service/src/wire/wire.ts',
      'may not import gateway',
      `import type { G } from 'gateway/app';`,
    ],
    [
      'chassis/src/http/app.ts',
      'may not import contracts',
      `import type { User } from 'contracts/types';`,
    ],
    [
      'contracts/src/types.ts',
      'may not import chassis',
      `import { invalid } from 'chassis/http/problem';`,
    ],
    ['chassis/src/base/a.ts', 'leaves its workspace', `import '../../../test/support/system.ts';`],
    [
      'gateway/test/a.ts',
      'leaves its workspace',
      `import '../../social-service/src/wire/wire.ts';`,
    ],
    ['gateway/test/a.ts', 'leaves its workspace', `import '../../test/support/system.ts';`],
    [
      'gateway/test/a.ts',
      'leaves its workspace',
      `import type { L } from '../../lab/bench/load.ts';`,
    ],
    [
      'social-service/test/a.ts',
      'leaves its workspace',
      `import '../../chassis/testing/until.ts';`,
    ],
    ['chassis/testing/a.ts', 'leaves its workspace', `import '../../contracts/src/types.ts';`],
    ['gateway/test/a.ts', 'may not import identity-service', `import 'identity-service/users';`],
    ['chassis/testing/a.ts', 'may not import gateway', `import 'gateway/app';`],
    ['contracts/test/a.ts', 'may not import chassis', `import 'chassis/testing/until';`],
    [
      'gateway/src/app.ts',
      'only tests import chassis/testing',
      `import { until } from 'chassis/testing/until';`,
    ],
    [
      'chassis/src/http/app.ts',
      'already knows prom-client',
      `import { Counter } from 'prom-client';`,
    ],
    [
      'chassis/src/observability/log.ts',
      'only main.ts touches process',
      `const { env } = process;`,
    ],
    ['gateway/src/wire/wire.ts', 'only main.ts touches process', `const port = process.env.PORT;`],
    ['gateway/src/wire/wire.ts', 'only main.ts touches process', `globalThis.process.exit();`],
    ['gateway/src/service.ts', 'is longer than 150 lines', 'a();\n'.repeat(151)],
    [
      'gateway/src/wire/wire.ts',
      'only main.ts touches process',
      `import { env } from 'node:process';`,
    ],
    [
      'gateway/src/upstream/engine/layers/circuit-breaker.ts',
      'layers may import no metrics',
      `import { m } from '../../../metrics.ts';`,
    ],
  ])('in %s is reported: %s', (path, expected, source) => {
    expect(violationsIn({ [path]: source })).toEqual([expect.stringContaining(expected)]);
  });

  test.each(['undici', 'opossum', 'lru-cache'])(
    'is an import of %s in a second file of the gateway',
    (library) => {
      const text = `// first\nimport x from '${library}';`;
      const files = { 'gateway/src/upstream/a.ts': text, 'gateway/src/upstream/b.ts': text };
      expect(violationsIn(files)).toEqual([
        `gateway/src/upstream/b.ts:2: another file already knows ${library}`,
      ]);
      expect(violationsIn({ 'chassis/src/http/a.ts': text })).toHaveLength(1);
    },
  );

  test('is reported with its line', () => {
    const text = `// one\nimport {\n  a,\n  b,\n} from 'chassis/observability/log';\nimport { w } from './wire/wire.ts';`;
    expect(violationsIn({ 'gateway/src/app.ts': text })).toEqual([
      'gateway/src/app.ts:6: app may import no wire: gateway/src/wire/wire.ts',
    ]);
  });
});

test('reports nothing for allowed imports', () => {
  const files = {
    'gateway/src/main.ts': `import { runService } from 'chassis/process/process';\nprocess.exit(0);`,
    'gateway/src/wire/wire.ts': `import { posts } from '../upstream/social/posts.ts';`,
    'gateway/src/upstream/upstream.ts': `import { retry } from './engine/layers/retry.ts';`,
    'identity-service/src/routes/users.ts': `import { u } from '../accounts/profiles.ts';`,
    'chassis/src/process/process.ts': `import { l } from '../http/server.ts';`,
    'gateway/src/upstream/engine/layers/retry.ts': `import { UpstreamFailure } from '../failure.ts';`,
    'gateway/src/views/post/load.ts': `import type { P } from '../../upstream/social/posts.ts';`,
    'gateway/src/app.ts': `// the process.\nconst a = { process: 'process.env' };\na.process();`,
    'gateway/test/a.ts': `import 'chassis/testing/database';\nimport 'contracts/types';\nimport '../src/app.ts';`,
    'chassis/testing/a.ts': `import 'contracts/types';\nimport 'chassis/http/problem';`,
    'contracts/src/generated/social.ts': 'a();\n'.repeat(200),
    'chassis/test/http/server.test.ts': `process.env;\n${'a();\n'.repeat(200)}`,
  };
  expect(violationsIn(files)).toEqual([]);
});
