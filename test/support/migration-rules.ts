// Rules for migrations: the release before, which runs at the same time, goes on reading and writing, and can come back.
/** Statements that block readers or writers of a large table for long, or that the release before cannot live with. */
const RULES: readonly (readonly [pattern: RegExp, advice: string])[] = [
  [
    /create (?:unique )?index (?!if not exists|concurrently)\S+ on (\w+)/g,
    'an index of an existing table needs `if not exists`: for a large table, it is created concurrently before the deployment',
  ],
  [
    /alter table (\w+)[^`]*add constraint (?![^`]*not valid)/g,
    'a constraint of an existing table is added with `not valid`; a later migration validates it',
  ],
  [
    /alter table (\w+)[^`]*alter column \w+ (?:set data )?type/g,
    'the type of a column stays: add a column',
  ],
  [/alter table (\w+)[^`]*set not null/g, 'add a check with `not valid` instead of `not null`'],
  [
    /alter table (\w+)[^`]*add column \w+ (?![^`]*default)[^`,]*not null/g,
    'a new column has a default or may be null',
  ],
  [
    /alter table (\w+)[^`]*(?:drop column|rename)/g,
    'what the release before uses stays until the release after next',
  ],
  [/drop table (\w+)/g, 'what the release before uses stays until the release after next'],
];

/** Returns every breach of the rules as `path:line: advice`. Tables that the migration itself creates have no rules. */
export function migrationFaults(path: string, text: string): string[] {
  const lower = text.toLowerCase().replaceAll(/\/\/[^\n]*/g, '');
  const created = new Set([...lower.matchAll(/create table (\w+)/g)].map(([, table]) => table));
  return RULES.flatMap(([pattern, advice]) =>
    [...lower.matchAll(pattern)]
      .filter(([, table]) => !created.has(table))
      .map(({ index }) => `${path}:${lower.slice(0, index).split('\n').length}: ${advice}`),
  );
}
