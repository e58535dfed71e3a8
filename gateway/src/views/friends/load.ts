// What a list of people is made of: a page of their ids, and their names in one question.
import type { Caller } from '../../upstream/engine/call.ts';
import type { Outcome } from '../../upstream/outcome.ts';
import { askAuthors, type Authors } from '../authors.ts';
import type { Lookup, Part } from '../data-source.ts';
import type { Parts } from '../catalog.ts';

interface PeoplePage {
  readonly items: readonly { readonly id: number }[];
}

export interface PeopleParts<T> {
  readonly page: Lookup<Outcome<T>>;
  readonly people: Authors;
}

/** @throws UpstreamFailure when Social fails */
export async function loadPeople<Q, T extends PeoplePage>(
  ask: Part<Q, Outcome<T>>,
  parts: Pick<Parts, 'author'>,
  question: Q,
  caller: Caller,
): Promise<PeopleParts<T>> {
  const page = await ask(question, caller);
  const items = page.value !== undefined && 'done' in page.value ? page.value.done.items : [];
  const ids = items.map(({ id }) => id);
  return { page, people: await askAuthors(parts, ids, caller) };
}
