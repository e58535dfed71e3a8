// Posts that arrive at Social while their authors are renamed and deleted at Identity.
import { setTimeout as pause } from 'node:timers/promises';
import type { PostPage } from 'contracts/types';
import type { History } from './history.ts';
import { between, type Random } from './random.ts';

const PAUSE_MS = 20;
const HIDDEN_MS = 30_000;

/** Ids of acknowledged posts by their author. */
export type Written = ReadonlyMap<number, readonly number[]>;

/** Writes posts of random users of the history until `stop`, also of users who are deleted by then: their tokens still count. */
export async function writePosts(
  origin: string,
  random: Random,
  { users }: History,
  stop: AbortSignal,
): Promise<Written> {
  const written = new Map<number, number[]>();
  while (!stop.aborted) {
    const author = users[between(random, 0, Math.max(0, users.length - 1))];
    if (author !== undefined) {
      const answer = await fetch(`${origin}/api/posts`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${author.token}` },
        body: JSON.stringify({ content: 'Still here' }),
        signal: AbortSignal.timeout(10_000),
      }).catch(() => undefined);
      const text = await answer?.text().catch(() => undefined);
      if (answer?.status === 201 && text) {
        const { id } = JSON.parse(text) as { id: number };
        written.set(author.id, [...(written.get(author.id) ?? []), id]);
      }
    }
    await pause(PAUSE_MS);
  }
  return written;
}

/**
 * Lists what is wrong with the posts: an acknowledged post of a user is missing, or a deleted user still has some.
 * @param users the users that there are
 */
export async function faultsOfPosts(
  origin: string,
  written: Written,
  users: ReadonlyMap<number, string>,
): Promise<string[]> {
  const faults: string[] = [];
  const end = performance.now() + HIDDEN_MS;
  for (const [authorId, ids] of written) {
    for (;;) {
      const fault = await faultOf(origin, authorId, ids, users.has(authorId));
      if (fault === undefined) break;
      if (performance.now() < end) await pause(100);
      else {
        faults.push(fault);
        break;
      }
    }
  }
  return faults;
}

async function faultOf(
  origin: string,
  authorId: number,
  ids: readonly number[],
  isUser: boolean,
): Promise<string | undefined> {
  const found: number[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const more = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const answer = await fetch(`${origin}/api/posts?authorId=${authorId}&limit=100${more}`);
    if (!answer.ok) return `posts of ${authorId}: ${answer.status} ${await answer.text()}`;
    const page = (await answer.json()) as PostPage;
    found.push(...page.items.map(({ id }) => id));
    cursor = page.nextCursor;
  }
  if (!isUser) return found.length === 0 ? undefined : `the deleted user ${authorId} has posts`;
  const missing = ids.filter((id) => !found.includes(id));
  return missing.length === 0 ? undefined : `user ${authorId} lacks the posts ${missing.join()}`;
}
