// The dead letters on the admin port, below /authors/broken: list, show, replay and discard.
import type { Request } from 'express';
import { requireSameOrigin } from 'chassis/admin/same-origin';
import { SourceError } from 'chassis/events/source';
import type { Route } from 'chassis/http/app';
import { parseId } from 'chassis/http/input';
import { Problem } from 'chassis/http/problem';
import type { StoredDeadLetter } from '../replica/dead-letters.ts';
import type { Replayed } from '../replica/replay.ts';

export interface DeadLetters {
  /** The newest 100. */
  list(): Promise<readonly StoredDeadLetter[]>;
  find(id: number): Promise<StoredDeadLetter | undefined>;
  /** Replays one dead letter, or all. @throws SourceError if Identity is unavailable */
  replay(id?: number): Promise<readonly Replayed[]>;
  /** Returns whether there was one. */
  discard(id: number): Promise<boolean>;
}

const notFound = (id: number): Problem => new Problem('not-found', `There is no dead letter ${id}`);

const idOf = ({ params }: Pick<Request, 'params'>): number => parseId(params['id'], '/path/id');

export function deadLetterRoutes(deadLetters: DeadLetters): Route[] {
  const replay = async (id?: number) => {
    try {
      return await deadLetters.replay(id);
    } catch (error) {
      if (!(error instanceof SourceError)) throw error;
      throw new Problem('not-ready', `Not replayed: ${error.message}`, {
        headers: { 'Retry-After': '1' },
      });
    }
  };
  return [
    {
      method: 'get',
      path: '/authors/broken',
      handle: async () => ({ body: { items: await deadLetters.list() }, cache: 'no-store' }),
    },
    {
      method: 'get',
      path: '/authors/broken/:id',
      async handle(req) {
        const id = idOf(req);
        const letter = await deadLetters.find(id);
        if (letter === undefined) throw notFound(id);
        return { body: letter, cache: 'no-store' };
      },
    },
    {
      method: 'post',
      path: '/authors/broken/replay',
      async handle(req) {
        requireSameOrigin(req);
        return { body: { items: await replay() }, cache: 'no-store' };
      },
    },
    {
      method: 'post',
      path: '/authors/broken/:id/replay',
      async handle(req) {
        requireSameOrigin(req);
        const id = idOf(req);
        const items = await replay(id);
        if (items.length === 0) throw notFound(id);
        return { body: { items }, cache: 'no-store' };
      },
    },
    {
      method: 'post',
      path: '/authors/broken/:id/discard',
      async handle(req) {
        requireSameOrigin(req);
        const id = idOf(req);
        if (!(await deadLetters.discard(id))) throw notFound(id);
        return { body: { discarded: id }, cache: 'no-store' };
      },
    },
  ];
}
