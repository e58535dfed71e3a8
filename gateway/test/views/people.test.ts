// A feed, and lists of people: a page, its authors or names in one request, and what both are together.
import { describe, expect, test } from '@jest/globals';
import type { FriendPage, PostPage, User } from 'contracts/types';
import * as fc from 'fast-check';
import type { Result } from '../../src/upstream/result.ts';
import { fetchAuthors } from '../../src/views/authors.ts';
import { loadFeed } from '../../src/views/feed/load.ts';
import { stitchFeed } from '../../src/views/feed/stitch.ts';
import { loadPeople } from '../../src/views/friends/load.ts';
import { stitchPeople } from '../../src/views/friends/stitch.ts';
import type { Fetched } from '../../src/views/data-source.ts';
import type { Catalog } from '../../src/views/catalog.ts';
import { aPart, author, caller, gap, hit, miss, page, replica, stale } from './arrange.ts';

const SINCE = '2024-01-01T00:00:00.000Z';
const request = { userId: 7, token: 't', limit: 20, cursor: undefined };
const friendPage = (...ids: number[]): FriendPage => ({
  items: ids.map((id) => ({ id, since: SINCE })),
  nextCursor: 'next',
});
const aPost = (id: number, authorId: number) => ({ id, content: 'x', authorId, createdAt: SINCE });
const done = <T>(value: T): Result<T> => ({ ok: value, headers: {} });
const REFUSED: Result<never> = {
  rejected: { slug: 'invalid-request', detail: 'no', errors: undefined },
  headers: {},
};
const named = (id: number, via: Fetched<User>['via'] = miss()): Fetched<User> =>
  author(via, { id, username: `user_${id}` });
const authors = () => aPart<number, User>((id) => named(id));

const names = (lookups: Readonly<Record<number, Fetched<User>>>, ...ids: number[]) =>
  stitchPeople(friendPage(...ids), (id) => lookups[id]).items.map(({ id, username }) => [
    id,
    username,
  ]);

describe('people', () => {
  test('come with their names, in the order of the page, and what the page knows of them', () => {
    const stitched = stitchPeople(friendPage(9, 2), (id) => named(id, hit()));
    expect(stitched).toEqual({
      items: [
        { id: 9, username: 'user_9', since: SINCE },
        { id: 2, username: 'user_2', since: SINCE },
      ],
      nextCursor: 'next',
    });
  });

  test('whose name nobody can tell now are there without it', () => {
    expect(names({ 2: author(gap()), 3: named(3) }, 2, 3)).toEqual([
      [2, null],
      [3, 'user_3'],
    ]);
  });

  test('with a name that is not fresh come with that', () => {
    expect(names({ 2: named(2, stale()) }, 2)).toEqual([[2, 'user_2']]);
  });

  test.each([
    ['just heard', miss()],
    ['remembered', hit()],
  ])('who are gone, as Identity says (%s), are left out', (_, via) => {
    expect(names({ 2: author(via), 3: named(3) }, 2, 3)).toEqual([[3, 'user_3']]);
  });

  test('whom Social’s copy does not hold are there without a name: nobody says that they are gone', () => {
    expect(names({ 2: author(replica()), 3: named(3, replica()) }, 2, 3)).toEqual([
      [2, null],
      [3, 'user_3'],
    ]);
  });

  test('a page whose people are all gone is empty, and has a next one all the same', () => {
    expect(stitchPeople(friendPage(2), () => author(miss()))).toEqual({
      items: [],
      nextCursor: 'next',
    });
  });

  test('whoever can be told: nobody comes twice, nobody is made up, and the order stays', () => {
    const how = fc.constantFrom('named', 'gone', 'unavailable');
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.nat(), { maxLength: 30 }),
        fc.infiniteStream(how),
        (ids, stream) => {
          const kinds = new Map(ids.map((id) => [id, stream.next().value as string]));
          const { items } = stitchPeople(friendPage(...ids), (id) =>
            kinds.get(id) === 'named'
              ? named(id)
              : author(kinds.get(id) === 'unavailable' ? gap() : miss()),
          );
          expect(items.map(({ id }) => id)).toEqual(ids.filter((id) => kinds.get(id) !== 'gone'));
          for (const { id, username } of items)
            expect(username).toBe(kinds.get(id) === 'named' ? `user_${id}` : null);
        },
      ),
    );
  });

  test('are asked for when the page is there, each once', async () => {
    const { part, asked } = authors();
    const friends = aPart(() => page(miss(), done(friendPage(2, 3))));
    const loaded = await loadPeople(friends.part, { author: part }, request, caller);
    expect(friends.asked).toEqual([request]);
    expect(asked).toEqual([2, 3]);
    expect([...loaded.people.keys()]).toEqual([2, 3]);
  });

  test('of a page that was refused nobody is asked for', async () => {
    const { part, asked } = authors();
    const friends = aPart<typeof request, Result<FriendPage>>(() => page(miss(), REFUSED));
    const { people } = await loadPeople(friends.part, { author: part }, request, caller);
    expect([people.size, asked]).toEqual([0, []]);
  });
});

const partsWith = (feed: Result<PostPage>) => {
  const { part, asked } = authors();
  const authorOf = new Map<number, number>();
  const catalog = {
    author: part,
    feed: aPart(() => page(miss(), feed)).part,
    authorOf,
  } as Partial<Catalog> as Catalog;
  return { catalog, asked, authorOf };
};

describe('a feed', () => {
  const items = [aPost(9, 2), aPost(8, 3), aPost(7, 2)];

  test('asks for each of its authors once, and remembers who wrote what', async () => {
    const { catalog, asked, authorOf } = partsWith(done({ items, nextCursor: null }));
    const { authors: found } = await loadFeed(catalog, request, caller);
    expect(asked).toEqual([2, 3]);
    expect([...found.keys()]).toEqual([2, 3]);
    expect([...authorOf]).toEqual([
      [9, 2],
      [8, 3],
      [7, 2],
    ]);
  });

  test('whose posts bring their authors along asks for nobody but those who are missing', async () => {
    const brought = { ...aPost(9, 2), author: { id: 2, username: 'copied' } };
    const unknown = { ...aPost(8, 3), author: null };
    const { catalog, asked } = partsWith(
      done({ items: [brought, unknown, aPost(7, 4)], nextCursor: null }),
    );
    const { authors: found } = await loadFeed(catalog, request, caller);
    expect(asked).toEqual([4]);
    expect([2, 3, 4].map((id) => [found.get(id)?.value?.username, found.get(id)?.via])).toEqual([
      ['copied', replica()],
      [undefined, replica()],
      ['user_4', miss()],
    ]);
  });

  test('that is refused, or empty, has no authors', async () => {
    for (const feed of [REFUSED, done<PostPage>({ items: [], nextCursor: null })]) {
      const { catalog, asked } = partsWith(feed);
      expect((await loadFeed(catalog, request, caller)).authors.size).toBe(0);
      expect(asked).toEqual([]);
    }
  });

  test('keeps every post, with or without its author, in order', () => {
    const stitched = stitchFeed({ items, nextCursor: 'next' }, (id) =>
      id === 2 ? { id, username: 'user_2' } : undefined,
    );
    expect(stitched.items.map(({ id, author: by }) => [id, by?.username])).toEqual([
      [9, 'user_2'],
      [8, undefined],
      [7, 'user_2'],
    ]);
    expect(stitched.items[1]).toHaveProperty('author', null);
    expect(stitched.nextCursor).toBe('next');
  });
});

test('authors are asked for together: none waits for another', async () => {
  const open = Promise.withResolvers<void>();
  const { part, asked } = aPart<number, User>(async (id) => {
    await open.promise;
    return named(id);
  });
  const asking = fetchAuthors({ author: part }, [1, 2, 1, 3], caller);
  expect(asked).toEqual([1, 2, 3]);
  open.resolve();
  expect([...(await asking).keys()]).toEqual([1, 2, 3]);
});
