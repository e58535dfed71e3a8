// A client of Identity for comparisons: names by id, and all users in its log.
import { SourceError } from 'chassis/events/source';
import { readFeedPage } from 'chassis/events/feed-page';
import { fetchJson, type JsonResponse } from 'chassis/base/fetch-json';
import { httpSource } from 'chassis/events/http-source';
import { decodeUserEvent } from 'contracts/events/decode';
import { readerOf } from 'contracts/expectations';
import type { UserBatch } from 'contracts/types';
import expectations from '../expectations.json' with { type: 'json' };

export interface IdentityClient {
  /** Returns names by id, for at most 100 ids, without users that do not exist. */
  namesOf(ids: readonly number[]): Promise<Map<number, string>>;
  /** Returns the offset of the newest event of the log. */
  endOffset(): Promise<number>;
  /** Yields the ids of all users in the log from its beginning to its end. An id may occur in several batches. */
  loggedUsers(signal: AbortSignal): AsyncGenerator<readonly number[]>;
}

const TIMEOUT_MS = 2_000;
const MAX_BYTES = 65_536;

/** Creates a client. Every method throws SourceError if Identity is unavailable or its answer breaks the contract. */
export function identityClient(origin: string): IdentityClient {
  const isBatch = readerOf('identity', expectations.identity)<UserBatch>('UserBatch');
  const feed = `${origin}/api/user-events`;
  return {
    async namesOf(ids) {
      if (ids.length === 0) return new Map();
      const { status, body } = await request(`${origin}/api/users?ids=${ids.join()}`);
      if (status !== 200 || !isBatch(body))
        throw new SourceError('the answer of Identity breaks the contract');
      return new Map(body.items.map(({ id, username }) => [id, username]));
    },

    async endOffset() {
      const url = new URL(`${feed}?lastEventId=latest`);
      return readFeedPage(await request(url), url).endOffset;
    },

    async *loggedUsers(signal) {
      const source = httpSource({ url: feed, waitMs: 0 });
      for (let after = 0; ;) {
        const { events, nextOffset, endOffset } = await source.read(after, signal);
        const decoded = events.map(decodeUserEvent);
        yield [
          ...new Set(decoded.flatMap((event) => (event.kind === 'named' ? event.userId : []))),
        ];
        if (nextOffset === after || nextOffset >= endOffset) return;
        after = nextOffset;
      }
    },
  };
}

async function request(url: string | URL): Promise<JsonResponse> {
  try {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    return await fetchJson(url, { maxBytes: MAX_BYTES, signal });
  } catch (cause) {
    throw new SourceError('Identity is unavailable', { cause });
  }
}
