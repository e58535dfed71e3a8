// A typed client of the social network's API, for browsers and Node. See docs/client.md.
export type { Client, ClientOptions, CallOptions } from './call.ts';
export { createClient } from './client.ts';
export { liveEvents, type LiveEvent, type LiveOptions } from './live.ts';
export { textRules } from './generated/text-rules.ts';
export type {
  Answer,
  DataOf,
  Degraded,
  LocalProblem,
  Problem,
  ProblemOf,
  Result,
  Schemas,
} from './result.ts';
export type { AnswerInfo, StatusMember } from './answer-info.ts';
