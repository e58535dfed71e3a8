// Migrations let the release before go on.
import { expect, test } from '@jest/globals';
import { migrationFaults } from './support/migration-rules.ts';
import { readSources } from './support/sources.ts';

/** These ran before the rules; a migration that was released never changes. */
const BEFORE = ['identity-service/src/migrations/0003', 'social-service/src/migrations/0004'];
const isNew = (path: string): boolean =>
  BEFORE.every((last) => !path.startsWith(last.slice(0, -4)) || path.slice(0, last.length) > last);

test('no migration blocks the release before, or takes away what it uses', () => {
  const migrations = [...readSources()].filter(([path]) => /\/migrations\/\d/.test(path));
  expect(migrations.length).toBeGreaterThan(6);
  const faults = migrations
    .filter(([path]) => isNew(path))
    .flatMap(([path, text]) => migrationFaults(path, text));
  expect(faults).toEqual([]);
});

const faultsOf = (statement: string): string[] =>
  migrationFaults(
    'x.ts',
    `// A comment: drop table comments\nawait sql\`${statement}\`.execute(db);`,
  );

test.each([
  ['create index posts_x_idx on posts (x)', 'if not exists'],
  ['create unique index posts_x_key on posts (x)', 'if not exists'],
  ['alter table posts add constraint posts_x check (x > 0)', 'not valid'],
  ['alter table posts\n  alter column id type text', 'stays: add a column'],
  ['alter table posts alter column x set not null', 'instead of `not null`'],
  ['alter table posts add column x integer not null', 'has a default'],
  ['alter table posts drop column x', 'release after next'],
  ['alter table posts rename column x to y', 'release after next'],
  ['drop table posts', 'release after next'],
])('%s is refused', (statement, advice) => {
  expect(faultsOf(statement)).toEqual([expect.stringMatching(`^x.ts:2: .*${advice}`)]);
});

test.each([
  'create table new (id bigint); create index new_id_idx on new (id); drop table new',
  'create index if not exists posts_x_idx on posts (x)',
  'alter table posts add constraint posts_x check (x > 0) not valid',
  'alter table posts add column x integer not null default 0',
  'alter table posts add column x text',
  'alter table posts validate constraint posts_x',
])('%s is fine', (statement) => {
  expect(faultsOf(statement)).toEqual([]);
});
