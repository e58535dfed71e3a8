// The delivery of events to streams: whatever happens, a stream that resumes has the messages of one that was never interrupted.
import { describe, expect, test } from '@jest/globals';
import type { FriendshipEvent, PostEvent } from 'contracts/events/decode-social';
import { createHub, type Hub } from '../../src/live/hub.ts';
import { parsePlace, type Place } from '../../src/live/place.ts';
import type { SocialLogged, UserLogged } from '../../src/live/replay.ts';

const EPOCH = '4f1c9a22b7d0e853';
const EPOCHS = [{ id: EPOCH, beganAfter: 0 }];
const VIEWER = 1;

/** A generator of numbers from 0 to 1 that repeats with its seed (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A log whose friendships are consistent, as Social writes it, and the friends of the viewer after each event. */
function randomLog(random: () => number, length: number) {
  const friends = new Set<number>();
  const requests = new Set<number>();
  const events: SocialLogged[] = [];
  const friendsAfter: number[][] = [[]];
  const one = (offset: number): SocialLogged => {
    const other = 2 + Math.floor(random() * 4);
    const [userId, otherId] = random() < 0.5 ? [VIEWER, other] : [other, VIEWER];
    const common = { kind: 'friendship', offset, userId, otherId, wasFriends: false } as const;
    if (random() < 0.5) {
      const changes: readonly PostEvent['change'][] = ['created', 'changed', 'deleted'];
      const change = changes[Math.floor(random() * 3)]!;
      return {
        kind: 'post',
        change,
        offset,
        id: 100 + offset,
        authorId: 1 + Math.floor(random() * 6),
      };
    }
    if (friends.delete(other)) return { ...common, change: 'ended', wasFriends: true };
    if (!requests.delete(other)) {
      requests.add(other);
      return { ...common, change: 'requested' };
    }
    if (random() < 0.3) return { ...common, change: 'ended' };
    friends.add(other);
    return { ...common, change: 'accepted' };
  };
  for (let offset = 1; offset <= length; offset += 1) {
    events.push(one(offset));
    friendsAfter.push([...friends]);
  }
  return { events, friendsAfter };
}

const readTo = (hub: Hub, events: readonly (SocialLogged | UserLogged)[]): void => {
  for (const event of events) {
    if (event.kind === 'post' || event.kind === 'friendship') hub.social.event(event, EPOCH);
    else hub.identity.event(event, EPOCH);
  }
  hub.social.advanced(hub.place().social, EPOCHS, true);
  hub.identity.advanced(hub.place().identity, EPOCHS, true);
};
const emptyHub = (history = 1000): Hub => {
  const hub = createHub(history, true);
  hub.social.advanced({ offset: 0, epoch: EPOCH }, EPOCHS, true);
  hub.identity.advanced({ offset: 0, epoch: EPOCH }, EPOCHS, true);
  return hub;
};

/** Joins a viewer. @param from undefined for the place where the hub is */
function join(hub: Hub, friends: readonly number[], from: Place = hub.place()) {
  let text = '';
  const stream = hub.join(
    {
      userId: VIEWER,
      sessionId: 'session',
      write: (more) => void (text += more),
      end: () => hub.remove(stream),
    },
    new Set(friends),
    from,
  );
  const messages = () => text.split('\n\n').slice(0, -1);
  const placeNow = () => parsePlace(/id: (.*)/.exec(messages().at(-1) ?? '')?.[1] ?? '');
  return { stream, messages, placeNow };
}
/** What a client sees of a message: neither its id, nor the order of messages from different logs, is compared. */
const withoutId = (messages: readonly string[]) =>
  messages.map((text) => text.replace(/id: .*\n/, ''));

describe('a stream that was interrupted again and again', () => {
  test.each([1, 2, 3, 4, 5, 6, 7, 8])(
    'has the messages of an unbroken one, in the same order, once (seed %i)',
    (seed) => {
      const random = seeded(seed);
      const { events, friendsAfter } = randomLog(random, 200);
      const whole = emptyHub();
      const unbroken = join(whole, []);
      readTo(whole, events);

      let hub = emptyHub();
      const seen: string[] = [];
      let place = hub.place();
      let read = 0;
      while (read < events.length) {
        const client = join(hub, friendsAfter[read]!, place);
        const next = Math.min(events.length, read + Math.floor(random() * 12));
        readTo(hub, events.slice(read, next));
        read = next;
        seen.push(...client.messages());
        place = client.placeNow() ?? place;
        client.stream.end('left');
        const missed = Math.min(events.length, read + Math.floor(random() * 12));
        readTo(hub, events.slice(read, missed));
        read = missed;
        if (random() < 0.3) {
          // A gateway that has just started has read the same log.
          hub = emptyHub();
          readTo(hub, events.slice(0, read));
        }
      }
      const last = join(hub, friendsAfter.at(-1)!, place);
      seen.push(...last.messages());
      expect(withoutId(seen)).toEqual(withoutId(unbroken.messages()));
      expect(last.stream.friends).toEqual(new Set(friendsAfter.at(-1)));
    },
  );
});

test.each([11, 12, 13, 14])(
  'a stream whose list of friends is newer than what its gateway has read has the right friends in the end (seed %i)',
  (seed) => {
    const random = seeded(seed);
    const { events, friendsAfter } = randomLog(random, 60);
    const hub = emptyHub();
    readTo(hub, events.slice(0, 20));
    const { stream } = join(hub, friendsAfter[20 + Math.floor(random() * 20)]!);
    readTo(hub, events.slice(20));
    expect(stream.friends).toEqual(new Set(friendsAfter.at(-1)));
  },
);

test('a client that is further than this gateway gets nothing that it already has', () => {
  const posts: PostEvent[] = [1, 2, 3].map((offset) => ({
    kind: 'post',
    change: 'created',
    offset,
    id: offset,
    authorId: VIEWER,
  }));
  const ahead = { offset: 2, epoch: EPOCH };
  const hub = emptyHub();
  const { messages } = join(hub, [], { social: ahead, identity: hub.place().identity });
  readTo(hub, posts);
  expect(withoutId(messages())).toEqual([expect.stringContaining('"id":3')]);
});

test('a client that has missed very much is told to load everything anew', () => {
  const hub = emptyHub(10_000);
  const start = hub.place();
  const requests = Array.from({ length: 3000 }, (_, index): FriendshipEvent => ({
    kind: 'friendship',
    change: 'requested',
    offset: index + 1,
    userId: index + 2,
    otherId: VIEWER,
    wasFriends: false,
  }));
  readTo(hub, requests);
  expect(join(hub, [], start).messages()).toEqual([expect.stringContaining('event: reset')]);
});

test('a deleted user’s streams end, and leave nothing behind', () => {
  const hub = emptyHub();
  join(hub, [2, 3]);
  expect(hub.audience.all.size).toBe(1);
  readTo(hub, [{ kind: 'deleted', offset: 1, userId: VIEWER, time: 0 }]);
  expect(hub.audience.all.size).toBe(0);
  expect([...hub.audience.ownOf(VIEWER)]).toEqual([]);
});
