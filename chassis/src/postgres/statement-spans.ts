// Spans of database statements, by OpenTelemetry's semantic conventions for databases.
import type { LogEvent } from 'kysely';
import { currentSpan } from '../observability/span.ts';

const NAMESPACED_TABLE = /\b(?:from|into|update|join)\s+(?:"\w+"\.)?"?(\w+)"?/i;
/** Text and numbers that stand in a statement itself. Values of clients are parameters, but nothing is taken on trust. */
const LITERAL = /'(?:[^']|'')*'|(?<![\w$])\d+(?:\.\d+)?\b/g;

/** Records an executed statement in the span of the running request; for Kysely's `log`. */
export function recordStatement(event: LogEvent): void {
  const parent = currentSpan();
  if (parent === undefined) return;
  const { sql } = event.query;
  const verb = /^\W*(\w+)/.exec(sql)?.[1]?.toUpperCase() ?? 'OTHER';
  const table = NAMESPACED_TABLE.exec(sql)?.[1];
  const summary = table === undefined ? verb : `${verb} ${table}`;
  const span = parent.child(summary, {
    kind: 'client',
    tookMs: event.queryDurationMillis,
    attributes: {
      'db.system.name': 'postgresql',
      'db.operation.name': verb,
      'db.query.summary': summary,
      'db.query.text': sql.replace(LITERAL, '?'),
      ...(table !== undefined && { 'db.collection.name': table }),
    },
  });
  span.end(event.level === 'error' ? codeOf(event.error) : undefined);
}

/** The SQLSTATE or the network's code, as a DatabaseError has it; never its message. */
function codeOf(error: unknown): string {
  const { code } = Object(error) as { code?: unknown };
  return typeof code === 'string' ? code : 'unknown';
}
