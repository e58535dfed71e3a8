// A feed and lists of people: the page, the authors or names, and the stitched answer.
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
import {
  aDataSource,
  author,
  caller,
  unavailable,
  hit,
  miss,
  page,
  replica,
  stale,
} from './arrange.ts';

const SINCE = '2024-01-01T00:00:00.000Z';
const request = { userId: 7, token: 't', limit: 20, cursor: undefined };
const friendPage = (...ids: number[]): FriendPage => ({
  items: ids.map((id) => ({ id, since: SINCE })),
  nextCursor: 'next',
});
const aPost = (id: number, authorId: number) => ({ id, content: 'x', authorId, createdAt: SINCE });
const ok = <T>(value: T): Result<T> => ({ ok: value, headers: {} });
const REJECTED: Result<never> = {
  rejected: { slug: 'invalid-request', detail: 'no', errors: undefined },
  headers: {},
};
const named = (id: number, via: Fetched<User>['via'] = miss()): Fetched<User> =>
  author(via, { id, username: `user_${id}` });
const authors = () => aDataSource<number, User>((id) => named(id));

const names = (people: Readonly<Record<number, Fetched<User>>>, ...ids: number[]) =>
  stitchPeople(friendPage(...ids), (id) => people[id]).items.map(({ id, username }) => [
    id,
    username,
  ]);

describe('people', () => {
  test('have their names and the fields of the page, in the order of the page', () => {
    const stitched = stitchPeople(friendPage(9, 2), (id) => named(id, hit()));
    expect(stitched).toEqual({
      items: [
        { id: 9, username: 'user_9', since: SINCE },
        { id: 2, username: 'user_2', since: SINCE },
      ],
      nextCursor: 'next',
    });
  });

  test('have the name null when their names are unavailable', () => {
    expect(names({ 2: author(unavailable()), 3: named(3) }, 2, 3)).toEqual([
      [2, null],
      [3, 'user_3'],
    ]);
  });

  test('have a stale name when there is no fresh one', () => {
    expect(names({ 2: named(2, stale()) }, 2)).toEqual([[2, 'user_2']]);
  });

  test.each([
    ['just now', miss()],
    ['from the cache', hit()],
  ])('are left out when Identity says, %s, that they do not exist', (_, via) => {
    expect(names({ 2: author(via), 3: named(3) }, 2, 3)).toEqual([[3, 'user_3']]);
  });

  test('have the name null when Social’s replica does not know them, as they may exist', () => {
    expect(names({ 2: author(replica()), 3: named(3, replica()) }, 2, 3)).toEqual([
      [2, null],
      [3, 'user_3'],
    ]);
  });

  test('leave an empty page with a next page when none of them exists', () => {
    expect(stitchPeople(friendPage(2), () => author(miss()))).toEqual({
      items: [],
      nextCursor: 'next',
    });
  });

  test('are the existing people of the page, each once and in its order, whichever names are available', () => {
    const availability = fc.constantFrom('named', 'absent', 'unavailable');
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.nat(), { maxLength: 30 }),
        fc.infiniteStream(availability),
        (ids, stream) => {
          const kinds = new Map(ids.map((id) => [id, stream.next().value as string]));
          const { items } = stitchPeople(friendPage(...ids), (id) =>
            kinds.get(id) === 'named'
              ? named(id)
              : author(kinds.get(id) === 'unavailable' ? unavailable() : miss()),
          );
          expect(items.map(({ id }) => id)).toEqual(ids.filter((id) => kinds.get(id) !== 'absent'));
          for (const { id, username } of items)
            expect(username).toBe(kinds.get(id) === 'named' ? `user_${id}` : null);
        },
      ),
    );
  });

  test('are requested after the page, each once', async () => {
    const { source, requests } = authors();
    const friends = aDataSource(() => page(miss(), ok(friendPage(2, 3))));
    const loaded = await loadPeople(friends.source, { author: source }, request, caller);
    expect(friends.requests).toEqual([request]);
    expect(requests).toEqual([2, 3]);
    expect([...loaded.people.keys()]).toEqual([2, 3]);
  });

  test('are not requested for a page that was rejected', async () => {
    const { source, requests } = authors();
    const friends = aDataSource<typeof request, Result<FriendPage>>(() => page(miss(), REJECTED));
    const { people } = await loadPeople(friends.source, { author: source }, request, caller);
    expect([people.size, requests]).toEqual([0, []]);
  });
});

const catalogWith = (feed: Result<PostPage>) => {
  const { source, requests } = authors();
  const authorOf = new Map<number, number>();
  const catalog = {
    author: source,
    feed: aDataSource(() => page(miss(), feed)).source,
    authorOf,
  } as Partial<Catalog> as Catalog;
  return { catalog, requests, authorOf };
};

describe('a feed', () => {
  const items = [aPost(9, 2), aPost(8, 3), aPost(7, 2)];

  test('requests each of its authors once, and stores who wrote which post', async () => {
    const { catalog, requests, authorOf } = catalogWith(ok({ items, nextCursor: null }));
    const { authors: fetched } = await loadFeed(catalog, request, caller);
    expect(requests).toEqual([2, 3]);
    expect([...fetched.keys()]).toEqual([2, 3]);
    expect([...authorOf]).toEqual([
      [9, 2],
      [8, 3],
      [7, 2],
    ]);
  });

  test('requests only the authors that its posts do not include', async () => {
    const included = { ...aPost(9, 2), author: { id: 2, username: 'replicated' } };
    const unknown = { ...aPost(8, 3), author: null };
    const { catalog, requests } = catalogWith(
      ok({ items: [included, unknown, aPost(7, 4)], nextCursor: null }),
    );
    const { authors: fetched } = await loadFeed(catalog, request, caller);
    expect(requests).toEqual([4]);
    expect([2, 3, 4].map((id) => [fetched.get(id)?.value?.username, fetched.get(id)?.via])).toEqual(
      [
        ['replicated', replica()],
        [undefined, replica()],
        ['user_4', miss()],
      ],
    );
  });

  test('requests no authors when it is rejected or empty', async () => {
    for (const feed of [REJECTED, ok<PostPage>({ items: [], nextCursor: null })]) {
      const { catalog, requests } = catalogWith(feed);
      expect((await loadFeed(catalog, request, caller)).authors.size).toBe(0);
      expect(requests).toEqual([]);
    }
  });

  test('keeps every post in order, with or without its author', () => {
    const stitched = stitchFeed({ items, nextCursor: 'next' }, (id) =>
      id === 2 ? { id, username: 'user_2' } : undefined,
    );
    expect(stitched.items.map(({ id, author: postAuthor }) => [id, postAuthor?.username])).toEqual([
      [9, 'user_2'],
      [8, undefined],
      [7, 'user_2'],
    ]);
    expect(stitched.items[1]).toHaveProperty('author', null);
    expect(stitched.nextCursor).toBe('next');
  });
});

test('requests all authors at the same time, each once', async () => {
  const open = Promise.withResolvers<void>();
  const { source, requests } = aDataSource<number, User>(async (id) => {
    await open.promise;
    return named(id);
  });
  const fetching = fetchAuthors({ author: source }, [1, 2, 1, 3], caller);
  expect(requests).toEqual([1, 2, 3]);
  open.resolve();
  expect([...(await fetching).keys()]).toEqual([1, 2, 3]);
});
