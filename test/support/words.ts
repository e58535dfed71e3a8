// The words that docs/glossary.md replaced: the table of them, and a pure function that finds them in TypeScript sources.
import { exceptions } from './word-exceptions.ts';
import { parseSource } from './sources.ts';

export interface Rule {
  /** A word of a name, or several words in a row. */
  readonly old: readonly string[];
  /** A term of docs/glossary.md. */
  readonly term: string;
  /** An identifier that the rule reports, and a similar one that it allows. */
  readonly reports: string;
  readonly allows: string;
}

const rule = (old: string, term: string, reports: string, allows: string): Rule => ({
  old: old.split(', '),
  term,
  reports,
  allows,
});

export const rules: readonly Rule[] = [
  rule('copy, copies, copied', 'replica', 'authorCopy', 'copyright'),
  rule('follow, follows, followed, following', 'consume', 'followLog', 'consumeLog'),
  rule('follower, followers', 'consumer', 'LogFollower', 'LogConsumer'),
  rule('heed, heeds', 'fail fast', 'heedBreaker', 'needBreaker'),
  rule('aside', 'isolated client', 'asideClient', 'isolatedClient'),
  rule('presence', 'cancellation', 'callerPresence', 'callerCancellation'),
  rule('patience, patient', 'deadline', 'patienceMs', 'deadlineMs'),
  rule('flight, flights, landing', 'coalesce', 'joinFlight', 'maxInFlight'),
  rule('gap, gaps', 'unavailable', 'authorGap', 'authorUnavailable'),
  rule('hear, hears, heard, hearing', 'consume', 'heardEvents', 'heartbeat'),
  rule('recall, recalls, recalled', 'cache', 'recallPost', 'getPost'),
  rule('remember, remembers, remembered', 'cache', 'rememberPost', 'setPost'),
  rule('forget, forgets, forgot, forgotten, forgetting', 'cache', 'forgetPost', 'invalidatePost'),
  rule('renew, renews, renewed, renewing, renewal', 'refresh', 'RENEWAL_MS', 'REFRESH_MS'),
  rule('front', 'edge', 'frontOf', 'frontierOf'),
  rule('exchange, exchanges', 'request context', 'exchangeId', 'exchange'),
  rule('turn away, turned away, turns away', 'fail fast', 'turnAway', 'nextTurn'),
  rule('places', 'permits', 'freePlaces', 'freePermits'),
  rule('traces', "user's content", 'removeTraces', 'traceparent'),
  rule('take effect, takes effect, took effect', 'apply', 'takeEffect', 'executeTakeFirst'),
  rule('did', 'result', 'didWrite', 'candidate'),
  rule('whats', 'kind', 'whats', 'what'),
  rule('breathe, breath', 'yield', 'breathe', 'yieldToEventLoop'),
  rule('ask, asks, asked, asking', 'query', 'askIdentity', 'taskName'),
  rule('asker', 'viewer', 'askerOf', 'viewerOf'),
  rule('tell, tells, told, telling', 'command', 'tellSocial', 'commandSocial'),
  rule('question, questions', 'query', 'privateQuestion', 'privateQuery'),
  rule('operation, operations', 'endpoint', 'operationName', 'operationId'),
  rule('memory, memories', 'cache', 'postMemory', 'memoryUsage'),
  rule('position, positions', 'offset', 'nextPosition', 'composition'),
  rule('part, parts', 'data source', 'requiredPart', 'partial'),
  rule('left, leave, leaves, leaving', 'cancellation', 'hasLeft', 'leftJoin'),
];

const IDENTIFIER = /[\p{ID_Start}$_][\p{ID_Continue}$]*/gu;
const WORD = /[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+/g;

/** Splits a name into lower-case words: camelCase, snake_case, CONSTANT_CASE and kebab-case. */
export const wordsOf = (name: string): string[] =>
  [...name.matchAll(WORD)].map(([word]) => word.toLowerCase());

/** Returns the rules that a name breaks, exceptions aside. */
const brokenBy = (name: string): readonly Rule[] => {
  const words = ` ${wordsOf(name).join(' ')} `;
  return rules.filter(({ old }) => old.some((word) => words.includes(` ${word} `)));
};

/** Returns the exception that allows a name in a file. */
const exceptionOf = (name: string, path: string) =>
  exceptions.find(({ names, where }) => names.includes(name) && path.startsWith(where));

/** One use of a name with a replaced word. */
interface Finding {
  readonly path: string;
  readonly line: number;
  readonly name: string;
}

function findingsIn(files: ReadonlyMap<string, string>): Finding[] {
  const findings: Finding[] = [];
  for (const [path, text] of files) {
    for (const name of fileNamesOf(path)) findings.push({ path, line: 1, name });
    for (const [index, code] of parseSource(path, text).code.split('\n').entries())
      for (const name of code.match(IDENTIFIER) ?? [])
        findings.push({ path, line: index + 1, name });
  }
  return findings;
}

/** Returns the names of a file and its folders, without extensions. */
const fileNamesOf = (path: string): string[] =>
  path.split('/').map((segment) => segment.replace(/(\.long)?(\.test)?\.ts$/, ''));

/** Returns `path:line: name: message` of each name with a replaced word. @param files texts by their path from the root */
export function violations(files: ReadonlyMap<string, string>): string[] {
  return findingsIn(files).flatMap(({ path, line, name }) =>
    exceptionOf(name, path) === undefined
      ? brokenBy(name).map(
          ({ old, term }) => `${path}:${line}: ${name}: instead of ${old[0]}, write ${term}`,
        )
      : [],
  );
}

/** Returns the names of exceptions that no file uses, or that no rule forbids. */
export function needlessExceptions(files: ReadonlyMap<string, string>): string[] {
  const used = new Set<string>();
  for (const { path, name } of findingsIn(files)) {
    const exception = exceptionOf(name, path);
    if (exception !== undefined && brokenBy(name).length > 0)
      used.add(`${exception.where} ${name}`);
  }
  return exceptions.flatMap(({ names, where }) =>
    names.filter((name) => !used.has(`${where} ${name}`)),
  );
}
