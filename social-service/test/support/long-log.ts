// A log with many changes of few users, what Social must hold at each of its positions, and a process to kill meanwhile.
import { join } from 'node:path';
import { startService } from 'chassis/testing/process';
import type { TestDatabase } from 'chassis/testing/database';
import { deleted, type LoggedEvent, named } from 'chassis/testing/user-events';
import type { FakeIdentity } from 'chassis/testing/fake-identity';
import { sql } from 'kysely';
import { isShown } from '../../src/replica/deletion/departed.ts';
import { openTestDatabase } from './database.ts';

const USERS = 300;
export const EVENTS = 4_000;

/** One change at each position; now and then a user is deleted, and comes back. */
export const longLog: readonly LoggedEvent[] = Array.from({ length: EVENTS }, (_, n) => {
  const position = n + 1;
  const userId = 1 + ((n * 7) % USERS);
  return n % 37 === 36 ? deleted(position, userId) : named(position, userId, `at_${position}`);
});

/** Returns what Social must hold at a position: names by id, and the authors of the posts of addPosts() that it shows. */
export function expectedAt(position: number) {
  const names = new Map<number, string>();
  const posts = new Set(Array.from({ length: USERS }, (_, n) => n + 1));
  for (const { event } of longLog.slice(0, position)) {
    const { data } = event as { data: { id: number; username?: string } };
    if (data.username !== undefined) names.set(data.id, data.username);
    else {
      names.delete(data.id);
      posts.delete(data.id);
    }
  }
  return { names, posts };
}

/**
 * Reads what Social holds, in one transaction. The posts of users who came back are left out: they are shown again, unless
 * they were deleted in the background meanwhile.
 */
export async function stateIn(testDatabase: TestDatabase) {
  const { db, ...database } = await openTestDatabase(testDatabase);
  const state = await db.transaction().execute(async (tx) => {
    const { position } = await tx.selectFrom('log_position').selectAll().executeTakeFirstOrThrow();
    const authors = await tx.selectFrom('authors').select(['id', 'username']).execute();
    const names = new Map(authors.map(({ id, username }) => [id, username]));
    const { rows } = await sql<{ author_id: number }>`
      select author_id from posts where ${isShown(sql`author_id`)}`.execute(tx);
    const stayed = expectedAt(position).posts;
    const shown = rows.filter(({ author_id: id }) => stayed.has(id) || !names.has(id));
    return { position, names, posts: new Set(shown.map(({ author_id }) => author_id)) };
  });
  await database.close();
  return state;
}

/** Adds a post of each user. */
export async function addPosts(testDatabase: TestDatabase): Promise<void> {
  const { db, ...database } = await openTestDatabase(testDatabase);
  const posts = Array.from({ length: USERS }, (_, n) => ({ author_id: n + 1, content: 'x' }));
  await db.insertInto('posts').values(posts).execute();
  await database.close();
}

/** Starts Social as a process of its own; resolves when it listens. */
export const startSocialProcess = (testDatabase: TestDatabase, identity: FakeIdentity) =>
  startService(join(import.meta.dirname, '../../src/main.ts'), {
    ...testDatabase.settings,
    IDENTITY_URL: identity.url,
  });
