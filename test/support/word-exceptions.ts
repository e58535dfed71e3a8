// Names that keep a replaced word: names of interfaces, and words in another meaning. Each has its reason.

export interface Exception {
  readonly names: readonly string[];
  /** The beginning of the paths of the files in which the names are allowed; '' for all files. */
  readonly where: string;
  readonly reason: string;
}

const allow = (names: string, where: string, reason: string): Exception => ({
  names: names.split(' '),
  where,
  reason,
});

export const exceptions: readonly Exception[] = [
  // Names of settings, fields, columns, labels and files that stay.
  allow('FOLLOW_LOG', '', 'a setting of the gateway'),
  allow('copy', 'social-service/', 'a field of the report of /authors/verify'),
  allow('did', 'identity-service/', 'a field of the answers of /log/backfill and /log/compact'),
  allow('aside', 'web/src/', 'an element of HTML'),
  allow('left', 'gateway/src/upstream/engine/failure.ts', 'a kind of failures'),
  allow('left', 'gateway/test/faults/failures.test.ts', 'a kind of failures'),
  allow('leftOut', '', 'a field of log lines, see docs/operate.md'),
  allow('operation', 'gateway/src/metrics.ts', 'a label of metrics'),
  allow('operation operations', 'lab/bench/', 'a label of metrics'),
  allow('position', 'chassis/src/event-log/', 'a column'),
  allow('position', 'identity-service/', 'a column, and a field of JSON'),
  allow('position', 'social-service/', 'a column, and a field of JSON'),
  allow('position', 'test/', 'a field of the answers of /authors'),
  allow('position', 'lab/replica-bench/', 'a field of the answers of /authors'),
  allow('position', 'gateway/src/wire/invalidation.ts', 'a field of log lines'),
  allow('log_position', 'social-service/src/', 'a table'),
  allow('0004_whole_copies', 'social-service/src/migrations/', 'a migration'),

  // Names of libraries, protocols and specifications.
  allow('copied', 'test/compose.test.ts', 'COPY in a Dockerfile'),
  allow('copyFile', '', 'node:fs'),
  allow('exchange exchanges Exchange exchangeOf StubExchange', '', 'a request with its response'),
  allow('leftJoin', '', 'SQL'),
  allow('memoryCost', 'identity-service/', 'a parameter of Argon2'),
  allow('RateLimiterMemory', 'chassis/src/auth/rate-limit.ts', 'rate-limiter-flexible'),
  allow(
    'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT OTEL_TRACES_SAMPLER OTEL_TRACES_SAMPLER_ARG',
    '',
    'settings of OpenTelemetry',
  ),
  allow('memoryUsage MemoryUsage', '', 'process.memoryUsage()'),
  allow('operationId', '', 'OpenAPI'),
  allow(
    'Operation operation operations operationsOf operationsWith',
    'contracts/',
    'Operation Object of OpenAPI and AsyncAPI',
  ),
  allow('operation operations', 'gateway/test/browser.long.test.ts', 'Operation Object of OpenAPI'),
  allow('operations', 'social-service/test/tokens.test.ts', 'Operation Object of OpenAPI'),
  allow(
    'inFlight in-flight maxInFlight untilInFlight MAX_IN_FLIGHT InFlight InFlightRequests',
    '',
    'requests in flight',
  ),

  // Words in another meaning.
  allow('memoryLog memory-log', '', 'a log in memory'),
  allow('memory', 'social-service/test/replica/', 'memory of a process'),
  allow(
    'memory memoryMs memoryReport memorySampleMs memoryVerdict memoryWarmUpMs MemoryUse',
    'lab/bench/',
    'memory of a process',
  ),
  allow('peakMemory resetPeakMemory', 'lab/', 'memory of a process'),
  allow('part parts', '', 'a piece of a text, of an event or of an answer'),
  allow(
    'Part FeedParts HomeParts PeopleParts PostParts PostsParts ProfileParts UserPostsParts',
    'gateway/src/',
    'the data of a view, which its data sources deliver',
  ),
];
