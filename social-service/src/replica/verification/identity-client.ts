// A client of Identity for comparisons: names by id, and all users in its log.
import { SourceError } from 'chassis/events/source';
import { readFeedPage } from 'chassis/events/feed-page';
import { fetchJson, type JsonResponse } from 'chassis/base/fetch-json';
import { authorizationOf, httpSource } from 'chassis/events/http-source';
import { decodeUserEvent } from 'contracts/events/decode';
import { readerOf } from 'contracts/expectations';
import type { UserBatch } from 'contracts/types';
import expectations from '../expectations.json' with { type: 'json' };

export interface IdentityClient {
  /** Returns names by id, for at most 100 ids, without users that do not exist. */
  namesOf(ids: readonly number[]): Promise<Map<number, string>>;
  /** Returns the offset of the newest event of the log. */
  endOffset(): Promise<number>;
  /** Returns the users of the next page of the log. */
  usersLoggedAfter(offset: number, signal: AbortSignal): Promise<LoggedUsers>;
  /** Yields the ids of all users in the log from its beginning to its end. An id may occur in several batches. */
  loggedUsers(signal: AbortSignal): AsyncGenerator<readonly number[]>;
}

export interface LoggedUsers {
  /** Ids of users that the page names, each once; some may have been deleted later. */
  readonly ids: readonly number[];
  /** The offset after which the next page starts; null at the end of the log. */
  readonly next: number | null;
}

const TIMEOUT_MS = 2_000;
const MAX_BYTES = 65_536;

/** Creates a client. @param token for the log. Every method throws SourceError if Identity is unavailable or its answer breaks the contract. */
export function identityClient(origin: string, token?: string): IdentityClient {
  const isBatch = readerOf('identity', expectations.identity)<UserBatch>('UserBatch');
  const feed = `${origin}/api/user-events`;
  const source = httpSource({ url: feed, token, waitMs: 0 });
  const usersLoggedAfter: IdentityClient['usersLoggedAfter'] = async (after, signal) => {
    const { events, nextOffset, endOffset } = await source.read(after, signal);
    const named = events.map(decodeUserEvent).filter((event) => event.kind === 'named');
    return {
      ids: [...new Set(named.map(({ userId }) => userId))],
      next: nextOffset === after || nextOffset >= endOffset ? null : nextOffset,
    };
  };
  return {
    usersLoggedAfter,
    async namesOf(ids) {
      if (ids.length === 0) return new Map();
      const { status, body } = await request(`${origin}/api/users?ids=${ids.join()}`);
      if (status !== 200 || !isBatch(body))
        throw new SourceError('the answer of Identity breaks the contract');
      return new Map(body.items.map(({ id, username }) => [id, username]));
    },

    async endOffset() {
      const url = new URL(`${feed}?lastEventId=latest`);
      return readFeedPage(await request(url, authorizationOf(token)), url).endOffset;
    },

    async *loggedUsers(signal) {
      for (let after: number | null = 0; after !== null;) {
        const { ids, next }: LoggedUsers = await usersLoggedAfter(after, signal);
        yield ids;
        after = next;
      }
    },
  };
}

async function request(
  url: string | URL,
  headers: Readonly<Record<string, string>> = {},
): Promise<JsonResponse> {
  try {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    return await fetchJson(url, { maxBytes: MAX_BYTES, signal, headers });
  } catch (cause) {
    throw new SourceError('Identity is unavailable', { cause });
  }
}
