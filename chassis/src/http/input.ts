// Parses input of clients: ids, lists of ids, pages. Everything is bounded; every fault is a 400 that says where it is.
import { type InputFault, invalid, invalidAll } from './problem.ts';

const ID = /^[1-9]\d{0,15}$/;
const LIST_MAX = 100;
const CURSOR = /^[A-Za-z0-9_-]{1,200}$/;

/** The largest page size, and the page size when `limit` is left out. */
export const PAGE = { max: 100, fallback: 20 } as const;

/** Parses a positive integer of at most 2^53 − 1. @throws Problem 400 */
export function parseId(text: unknown, pointer: string): number {
  const id = typeof text === 'string' && ID.test(text) ? Number(text) : NaN;
  if (!Number.isSafeInteger(id))
    throw invalid(pointer, 'expected a positive integer of at most 9007199254740991');
  return id;
}

/** What a text in a path or a query has to look like. */
export interface TextRule {
  readonly pattern: RegExp;
  readonly expected: string;
}

/** Returns a text that follows the rule. @throws Problem 400 */
export function parseText(text: unknown, pointer: string, rule: TextRule): string {
  if (typeof text !== 'string' || !rule.pattern.test(text))
    throw invalid(pointer, `expected ${rule.expected}`);
  return text;
}

/** Parses `5,3,8` into [5, 3, 8]: 1 to 100 ids; duplicates are dropped. @throws Problem 400 */
export function parseIds(text: string, pointer: string): number[] {
  const parts = text.split(',', LIST_MAX + 1);
  if (parts.length > LIST_MAX) throw invalid(pointer, `expected at most ${LIST_MAX} ids`);
  return [...new Set(parts.map((part) => parseId(part, pointer)))];
}

/** Parses the query of a request target. @throws Problem 400 for a name that is not `allowed`, or is repeated */
export function parseQuery<const Name extends string>(
  target: string,
  allowed: readonly Name[],
): Partial<Record<Name, string>> {
  const mark = target.indexOf('?');
  const query: Partial<Record<Name, string>> = {};
  if (mark === -1) return query;
  for (const [name, value] of new URLSearchParams(target.slice(mark + 1))) {
    const known = allowed.find((candidate) => candidate === name);
    const pointer = `/query/${name.slice(0, 50).replaceAll('~', '~0').replaceAll('/', '~1')}`;
    if (known === undefined) throw invalid(pointer, 'unknown query parameter');
    if (query[known] !== undefined) throw invalid(pointer, 'expected at most once');
    query[known] = value;
  }
  return query;
}

/** Parses `limit`: 1 to 100, 20 when left out. @throws Problem 400 */
export function parseLimit(text: string | undefined): number {
  if (text === undefined) return PAGE.fallback;
  const limit = /^[1-9]\d{0,2}$/.test(text) ? Number(text) : NaN;
  if (!(limit <= PAGE.max))
    throw invalid('/query/limit', `expected a whole number from 1 to ${PAGE.max}`);
  return limit;
}

/** Makes the problem for a cursor that this service did not issue. */
export const invalidCursor = () =>
  invalid('/query/cursor', 'expected a cursor from an earlier page');

/** Checks the form of a cursor; the caller checks its content. @throws Problem 400 */
export function parseCursor(text: string | undefined): string | undefined {
  if (text !== undefined && !CURSOR.test(text)) throw invalidCursor();
  return text;
}

/** Returns every fault of a body; a body without faults is a T. */
export type BodyCheck<T> = ((body: unknown) => readonly InputFault[]) & { readonly finds?: T };

/** Returns the body as a T when `check` finds no fault. @throws Problem 400 with every fault */
export function parseBody<T>(check: BodyCheck<T>, body: unknown): T {
  const faults = check(body);
  if (faults.length > 0) throw invalidAll(faults);
  return body as T;
}

const IDEMPOTENCY_KEY = /^(?:"([ !#-[\]-~]{1,200})"|([!#-+.-[\]-~-]{1,200}))$/;

/**
 * Parses Idempotency-Key, the client's name for a request that it may send again
 * (draft-ietf-httpapi-idempotency-key-header): a quoted string or a plain word of at most 200 characters.
 * @throws Problem 400
 */
export function parseIdempotencyKey(header: string | string[] | undefined): string | undefined {
  if (header === undefined) return undefined;
  const [, quoted, plain] = IDEMPOTENCY_KEY.exec(String(header)) ?? [];
  const key = quoted ?? plain;
  if (key === undefined)
    throw invalid('/header/Idempotency-Key', 'expected 1 to 200 visible ASCII characters');
  return key;
}
