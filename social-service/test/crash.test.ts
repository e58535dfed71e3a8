// SIGKILL while events take effect: the position and what it stands for are one, whenever it comes.
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, jest, test } from '@jest/globals';
import { logged, run } from '../../test/support/child.ts';
import { describeOnBoth, type TestDatabase } from '../../test/support/database.ts';
import { deleted, type Logged, named } from './support/events.ts';
import { serveIdentity } from './support/identity.ts';
import { openStores } from './support/stores.ts';
import { until } from './support/until.ts';

jest.setTimeout(120_000);

const USERS = 300;
const EVENTS = 12_000;
const KILLS = 6;

/** At each position something happens to one of the users; now and then one leaves, and comes back. */
const log: readonly Logged[] = Array.from({ length: EVENTS }, (_, n) => {
  const position = n + 1;
  const userId = 1 + ((n * 7) % USERS);
  return n % 37 === 36 ? deleted(position, userId) : named(position, userId, `at_${position}`);
});

/** What has to be there at a position: who, under which name, and whose posts from before the log. */
function worldAt(position: number) {
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
async function worldIn(place: TestDatabase) {
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

describeOnBoth('a process that is killed again and again', (newDatabase) => {
  test('has every event in effect once, and none without its position', async () => {
    const [place, identity] = await Promise.all([newDatabase(), serveIdentity()]);
    identity.append(log);
    const { db, ...database } = await openStores(place);
    const posts = Array.from({ length: USERS }, (_, n) => ({ author_id: n + 1, content: 'x' }));
    await db.insertInto('posts').values(posts).execute();
    await database.close();
    const startSocial = async () => {
      const common = { PORT: '0', ADMIN_PORT: '0', IDENTITY_URL: identity.url };
      const child = run(join(import.meta.dirname, '../src/main.ts'), {
        ...place.settings,
        ...common,
      });
      return { child, listening: await logged(child, 'listening') };
    };

    const seen: number[] = [];
    for (let kill = 0; kill < KILLS; kill += 1) {
      const reading = identity.nextRead(2);
      const { child } = await startSocial();
      await reading;
      // Somewhere in the reading, the applying or the acknowledging of a batch.
      await pause(Math.random() * 25);
      child.process.kill('SIGKILL');
      await child.ended;
      const { position, ...world } = await worldIn(place);
      expect(world).toEqual(worldAt(position));
      seen.push(position);
    }
    // They came in the middle of it.
    expect(new Set(seen).size).toBeGreaterThan(1);
    expect(seen[0]).toBeLessThan(EVENTS);

    const { child, listening } = await startSocial();
    await until('it is ready', async () => {
      return (await fetch(`${String(listening['adminUrl'])}/readyz`)).ok;
    });
    child.process.kill('SIGTERM');
    await child.ended;
    expect(await worldIn(place)).toEqual({ position: EVENTS, ...worldAt(EVENTS) });
    await identity.stop();
    await place.remove();
  });
});
