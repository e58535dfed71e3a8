// What healthy stubs of Identity and Social know: users `user_<id>`, and posts written by them in turn.
import { startUpstream, type Knowledge } from './upstream.ts';

/** Users and posts have the ids from 1 to these. */
export interface Population {
  readonly posts: number;
  readonly authors: number;
}

const POPULATION: Population = { posts: 1000, authors: 100 };
const EPOCH = Date.UTC(2024, 0, 1);

/** The author of a post in the stubs' world. */
export const authorOf = (postId: number, { authors } = POPULATION): number =>
  (postId % authors) + 1;

/** The post as Social tells it. */
export const postOf = (id: number, population = POPULATION) => ({
  id,
  content: `This is post ${id}.`,
  authorId: authorOf(id, population),
  createdAt: new Date(EPOCH + id * 1000).toISOString(),
});

/** The user as Identity tells it. */
export const userOf = (id: number) => ({ id, username: `user_${id}` });

/** The post as the gateway tells it when everything is well. */
export function wholePost(id: number, population = POPULATION) {
  const { authorId, ...post } = postOf(id, population);
  return { ...post, author: userOf(authorId) };
}

/** Starts a healthy Identity. */
export const startIdentity = (population: Partial<Population> = {}) =>
  startUpstream(identityKnows({ ...POPULATION, ...population }));

/** Starts a healthy Social. */
export const startSocial = (population: Partial<Population> = {}) =>
  startUpstream(socialKnows({ ...POPULATION, ...population }));

const within = (max: number) => (id: number) => Number.isInteger(id) && id >= 1 && id <= max;

const idsOf = (target: URL) => target.searchParams.get('ids')?.split(',').map(Number);

const elsewhere = /^\/elsewhere/;

function identityKnows({ authors }: Population): Knowledge {
  const exists = within(authors);
  return (target) => {
    const [, id] = /^\/api\/users\/(\d+)$/.exec(target.pathname.replace(elsewhere, '')) ?? [];
    if (id !== undefined) return exists(Number(id)) ? userOf(Number(id)) : undefined;
    const ids = idsOf(target);
    return ids && { items: ids.filter(exists).map(userOf) };
  };
}

function socialKnows(population: Population): Knowledge {
  const exists = within(population.posts);
  const post = (id: number) => postOf(id, population);
  const written = (authorId: number) =>
    Array.from({ length: population.posts }, (_, index) => population.posts - index)
      .filter((id) => authorOf(id, population) === authorId)
      .map(post);
  return (target) => {
    const path = target.pathname.replace(elsewhere, '');
    const [, id] = /^\/api\/posts\/(\d+)$/.exec(path) ?? [];
    if (id !== undefined) return exists(Number(id)) ? post(Number(id)) : undefined;
    const [, user] = /^\/api\/users\/(\d+)\/counts$/.exec(path) ?? [];
    if (user !== undefined) return { postCount: written(Number(user)).length, friendCount: 3 };
    const author = target.searchParams.get('authorId');
    if (author !== null) {
      const limit = Number(target.searchParams.get('limit') ?? 20);
      return { items: written(Number(author)).slice(0, limit), nextCursor: null };
    }
    const ids = idsOf(target);
    return ids && { items: ids.filter(exists).map(post) };
  };
}
