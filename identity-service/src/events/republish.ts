// Republishes users: appends an event with the present state of each, for consumers that have another one.
import type { Kysely } from 'kysely';
import { nextIds, lockedUsers } from './backfill.ts';
import { type Change, appendEvents } from './outbox.ts';
import { type Step, withEventLogLock } from './steps.ts';
import type { Schema } from '../schema.ts';

/** Which users: some ids, or a range of ids with its ends. */
export type UserSelection =
  { readonly ids: readonly number[] } | { readonly from: number; readonly to: number };

export type Republished = Step<'updated' | 'deleted'>;

const USERS = /^[1-9]\d{0,15}(?:-[1-9]\d{0,15}|(?:,[1-9]\d{0,15}){0,99})$/;

/** Parses `7,9` (at most 100 ids) or `7-9`; undefined for anything else. */
export function parseSelection(text: string): UserSelection | undefined {
  if (!USERS.test(text)) return undefined;
  const numbers = text.split(/[,-]/).map(Number);
  if (!numbers.every(Number.isSafeInteger)) return undefined;
  if (!text.includes('-')) return { ids: [...new Set(numbers)].sort((a, b) => a - b) };
  const [from, to] = numbers as [number, number];
  return from <= to ? { from, to } : undefined;
}

/**
 * Returns a step that republishes the next 500 of these users with ids greater than `after`: UserUpdated with the present name,
 * or UserDeleted for an id without a user. Of a range, only ids count that a user has or that the log has an event of.
 * @param notify receives the newest offset once its event is committed
 */
export const republishIn =
  (db: Kysely<Schema>, notify: (offset: number) => void) =>
  async (selection: UserSelection, after: number): Promise<Republished> => {
    const { changes, offset, next } = await withEventLogLock(db, async (tx) => {
      const ids =
        'ids' in selection
          ? selection.ids.filter((id) => id > after)
          : (await nextIds(tx, Math.max(after, selection.from - 1))).filter(
              (id) => id <= selection.to,
            );
      const users = await lockedUsers(tx, ids);
      const all = ids.map((id): Change => {
        const user = users.get(id);
        return user === undefined
          ? { type: 'UserDeleted', id }
          : { type: 'UserUpdated', id, ...user };
      });
      return { changes: all, offset: await appendEvents(tx, all), next: ids.at(-1) ?? null };
    });
    if (offset !== undefined) notify(offset);
    const deleted = changes.filter(({ type }) => type === 'UserDeleted').length;
    return { result: { updated: changes.length - deleted, deleted }, next };
  };
