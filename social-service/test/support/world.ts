// A log in which much happens, what is to be there at each of its positions, and a process to be killed in the middle.
import { join } from 'node:path';
import { startService } from 'chassis/testing/process';
import type { TestDatabase } from 'chassis/testing/database';
import { deleted, type LoggedEvent, named } from 'chassis/testing/user-events';
import type { FakeIdentity } from 'chassis/testing/fake-identity';
import { openStores } from './stores.ts';

const USERS = 300;
export const EVENTS = 4_000;

/** At each position something happens to one of the users; now and then one leaves, and comes back. */
export const log: readonly LoggedEvent[] = Array.from({ length: EVENTS }, (_, n) => {
  const position = n + 1;
  const userId = 1 + ((n * 7) % USERS);
  return n % 37 === 36 ? deleted(position, userId) : named(position, userId, `at_${position}`);
});

/** What has to be there at a position: who, under which name, and whose posts from before the log. */
export function worldAt(position: number) {
  const names = new Map<number, string>();
  const posts = new Set(Array.from({ length: USERS }, (_, n) => n + 1));
  for (const { event } of log.slice(0, position)) {
    const { data } = event as { data: { id: number; username?: string } };
    if (data.username !== undefined) names.set(data.id, data.username);
    else {
      names.delete(data.id);
      posts.delete(data.id);
    }
  }
  return { names, posts };
}

/** What is there, in one moment. */
export async function worldIn(place: TestDatabase) {
  const { db, ...database } = await openStores(place);
  const world = await db.transaction().execute(async (tx) => {
    const { position } = await tx.selectFrom('log_position').selectAll().executeTakeFirstOrThrow();
    const authors = await tx.selectFrom('authors').select(['id', 'username']).execute();
    const posts = await tx.selectFrom('posts').select('author_id').execute();
    return {
      position,
      names: new Map(authors.map(({ id, username }) => [id, username])),
      posts: new Set(posts.map(({ author_id }) => author_id)),
    };
  });
  await database.close();
  return world;
}

/** A post of each user, from before the log. */
export async function fill(place: TestDatabase): Promise<void> {
  const { db, ...database } = await openStores(place);
  const posts = Array.from({ length: USERS }, (_, n) => ({ author_id: n + 1, content: 'x' }));
  await db.insertInto('posts').values(posts).execute();
  await database.close();
}

/** Starts Social as a process of its own; resolves when it listens. */
export const startProcess = (place: TestDatabase, identity: FakeIdentity) =>
  startService(join(import.meta.dirname, '../../src/main.ts'), {
    ...place.settings,
    IDENTITY_URL: identity.url,
  });
