// Asking Identity what it says of its users, to compare the copy with: by their ids, and by all of its log.
import { SourceError } from 'chassis/events/source';
import { readFeedAnswer } from 'chassis/events/feed-page';
import { fetchWhole, type WholeFetched } from 'chassis/http/fetch-bounded';
import { httpSource } from 'chassis/events/http-source';
import { decodeUserEvent } from 'contracts/events/decode';
import { responseGuard } from 'contracts/guard';
import type { UserBatch } from 'contracts/types';

export interface Identity {
  /** At most 100 users' names; who does not exist is left out. */
  namesOf(ids: readonly number[]): Promise<Map<number, string>>;
  /** The position of the newest event of its log. */
  head(): Promise<number>;
  /** Whom the log names, from its beginning to its end; the same ones again and again. */
  logged(signal: AbortSignal): AsyncGenerator<readonly number[]>;
}

const ASK_MS = 2_000;
const SIZE_MAX = 65_536;

/** Every method throws SourceError while it cannot be asked, or answers nonsense. */
export function identityAt(origin: string): Identity {
  const isBatch = responseGuard<UserBatch>('identity', 'listUsers');
  const feed = `${origin}/api/user-events`;
  return {
    async namesOf(ids) {
      if (ids.length === 0) return new Map();
      const { status, body } = await ask(`${origin}/api/users?ids=${ids.join()}`);
      const batch = status === 200 ? parse(body) : undefined;
      if (!isBatch(batch)) throw new SourceError('Identity does not answer as it should');
      return new Map(batch.items.map(({ id, username }) => [id, username]));
    },

    async head() {
      const question = new URL(`${feed}?lastEventId=latest`);
      return readFeedAnswer(await ask(question), question).head;
    },

    async *logged(signal) {
      const source = httpSource({ url: feed, waitMs: 0 });
      for (let after = 0; ;) {
        const { events, next, head } = await source.read(after, signal);
        const read = events.map(decodeUserEvent);
        yield [...new Set(read.flatMap((event) => (event.kind === 'named' ? event.userId : [])))];
        if (next === after || next >= head) return;
        after = next;
      }
    },
  };
}

async function ask(url: string | URL): Promise<WholeFetched> {
  try {
    const signal = AbortSignal.timeout(ASK_MS);
    return await fetchWhole(url, { maxBytes: SIZE_MAX, signal });
  } catch (cause) {
    throw new SourceError('Identity cannot be asked now', { cause });
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
