// Asking Identity what it says of its users, to compare the copy with: by their ids, and by all of its log.
import { SourceError } from 'chassis/events/source';
import { readFeedPage } from 'chassis/events/feed-page';
import { fetchJson, type JsonResponse } from 'chassis/http/fetch-json';
import { httpSource } from 'chassis/events/http-source';
import { decodeUserEvent } from 'contracts/events/decode';
import { responseGuard } from 'contracts/guard';
import type { UserBatch } from 'contracts/types';

export interface IdentityClient {
  /** At most 100 users' names; who does not exist is left out. */
  namesOf(ids: readonly number[]): Promise<Map<number, string>>;
  /** The position of the newest event of its log. */
  endOffset(): Promise<number>;
  /** Whom the log names, from its beginning to its end; the same ones again and again. */
  logged(signal: AbortSignal): AsyncGenerator<readonly number[]>;
}

const ASK_MS = 2_000;
const SIZE_MAX = 65_536;

/** Every method throws SourceError while it cannot be asked, or answers nonsense. */
export function identityClient(origin: string): IdentityClient {
  const isBatch = responseGuard<UserBatch>('identity', 'listUsers');
  const feed = `${origin}/api/user-events`;
  return {
    async namesOf(ids) {
      if (ids.length === 0) return new Map();
      const { status, body } = await request(`${origin}/api/users?ids=${ids.join()}`);
      if (status !== 200 || !isBatch(body))
        throw new SourceError('Identity does not answer as it should');
      return new Map(body.items.map(({ id, username }) => [id, username]));
    },

    async endOffset() {
      const question = new URL(`${feed}?lastEventId=latest`);
      return readFeedPage(await request(question), question).endOffset;
    },

    async *logged(signal) {
      const source = httpSource({ url: feed, waitMs: 0 });
      for (let after = 0; ;) {
        const { events, nextOffset, endOffset } = await source.read(after, signal);
        const read = events.map(decodeUserEvent);
        yield [...new Set(read.flatMap((event) => (event.kind === 'named' ? event.userId : [])))];
        if (nextOffset === after || nextOffset >= endOffset) return;
        after = nextOffset;
      }
    },
  };
}

async function request(url: string | URL): Promise<JsonResponse> {
  try {
    const signal = AbortSignal.timeout(ASK_MS);
    return await fetchJson(url, { maxBytes: SIZE_MAX, signal });
  } catch (cause) {
    throw new SourceError('Identity cannot be asked now', { cause });
  }
}
