// Delivers the events of both logs to the streams that they concern. All in one turn of the event loop: whatever is read from a
// log is delivered to every stream before anything else happens, so one place says how far all streams are.
import type { EpochOffset, Epochs } from 'chassis/events/epoch';
import { type Audience, createAudience, friendsBefore, otherOf, type Stream } from './audience.ts';
import { friendshipText, messageText, postText, renameText } from './messages.ts';
import { formatPlace, type Place } from './place.ts';
import { missedText, type SocialLogged, type UserLogged } from './replay.ts';
import { createTail, type Tail } from './tail.ts';

/** Receives what a consumer reads from a log. */
export interface LogListener<Event> {
  event(event: Event, epoch: string | undefined): void;
  advanced(to: EpochOffset, epochs: Epochs | undefined, isEnd: boolean): void;
  restarted(): void;
}

export interface Hub {
  readonly audience: Pick<Audience, 'all' | 'ownOf'>;
  readonly social: LogListener<SocialLogged>;
  readonly identity: LogListener<UserLogged>;
  /** Whether the logs were read to their ends. */
  isReady(): boolean;
  place(): Place;
  /** The text that an own place has as the id of a message. */
  placeId(): string;
  /**
   * Adds a stream, and writes what it has missed.
   * @param from where the client is; undefined for a place that cannot be continued
   * @param friends the viewer's friends, read from Social after the call that returned `from`, or as they are now
   */
  join(
    stream: Omit<Stream, 'friends' | 'after'>,
    friends: ReadonlySet<number>,
    from: Place | undefined,
  ): Stream;
  remove(stream: Stream): void;
}

/** @param history number of events of each log that are kept in memory */
export function createHub(history: number, consumesUsers: boolean): Hub {
  const audience = createAudience();
  const social = createTail<SocialLogged>(history);
  const identity = createTail<UserLogged>(history);
  const place = (): Place => ({ social: social.current, identity: identity.current });
  const isReady = (): boolean => social.isReady && (identity.isReady || !consumesUsers);

  const deliverSocial = (event: SocialLogged): void => {
    const id = formatPlace(place());
    if (event.kind === 'post') {
      const text = postText(event, id);
      for (const stream of audience.seersOf(event.authorId))
        write(stream, 'social', event.offset, text);
      return;
    }
    for (const viewerId of [event.userId, event.otherId])
      for (const stream of audience.ownOf(viewerId)) {
        const other = otherOf(event, viewerId)!;
        if (event.change === 'accepted') audience.befriend(stream, other);
        if (event.change === 'ended') audience.unfriend(stream, other);
        write(stream, 'social', event.offset, friendshipText(event, viewerId, id));
      }
  };
  const deliverUser = (event: UserLogged): void => {
    if (event.kind === 'deleted') {
      for (const stream of audience.ownOf(event.userId)) stream.end('deleted');
      return;
    }
    const text = renameText(event, formatPlace(place()));
    for (const stream of audience.seersOf(event.userId))
      write(stream, 'identity', event.offset, text);
  };

  const listen = <Event extends { readonly offset: number }>(
    tail: Tail<Event>,
    deliver: (event: Event) => void,
  ): LogListener<Event> => {
    let isAnew = false;
    return {
      event(event, epoch) {
        tail.add({ event, epoch });
        if (tail.isReady) deliver(event);
      },
      advanced(to, epochs, isEnd) {
        tail.advance(to, epochs, isEnd);
        if (!isAnew || !tail.isReady) return;
        isAnew = false;
        // The log is not the one that the clients know.
        for (const stream of audience.all) {
          Object.assign(stream, { after: { social: 0, identity: 0 } });
          stream.write(messageText('reset', {}, formatPlace(place())));
        }
      },
      restarted() {
        isAnew = true;
        tail.restart();
      },
    };
  };

  return {
    audience,
    social: listen(social, deliverSocial),
    identity: listen(identity, deliverUser),
    isReady,
    place,
    placeId: () => formatPlace(place()),
    join(wanted, today, from) {
      const socialEvents = from && social.after(from.social);
      const userEvents = from && identity.after(from.identity);
      const friendships = (socialEvents ?? []).flatMap(({ event }) =>
        event.kind === 'friendship' ? event : [],
      );
      const friends = friendsBefore(today, friendships, wanted.userId);
      const text =
        from && socialEvents && userEvents
          ? missedText({
              viewerId: wanted.userId,
              friends,
              from,
              to: place(),
              socialEvents,
              userEvents,
            })
          : undefined;
      const stream: Stream = {
        ...wanted,
        friends: text === undefined ? new Set(today) : friends,
        after: {
          social: text === undefined ? 0 : from!.social.offset,
          identity: text === undefined ? 0 : from!.identity.offset,
        },
      };
      audience.add(stream);
      stream.write(text ?? messageText('reset', {}, formatPlace(place())));
      return stream;
    },
    remove: (stream) => audience.remove(stream),
  };
}

function write(stream: Stream, log: 'social' | 'identity', offset: number, text: string): void {
  // A client that comes from another gateway may be further than this process.
  if (offset > stream.after[log]) stream.write(text);
}
