// The parts of a list of people: a page of ids, and the names in one request.
import type { Caller } from '../../upstream/engine/call.ts';
import type { Result } from '../../upstream/result.ts';
import { fetchAuthors, type Authors } from '../authors.ts';
import type { Fetched, DataSource } from '../data-source.ts';
import type { Catalog } from '../catalog.ts';

interface PeoplePage {
  readonly items: readonly { readonly id: number }[];
}

export interface PeopleParts<T> {
  readonly page: Fetched<Result<T>>;
  readonly people: Authors;
}

/** @throws UpstreamFailure when Social fails */
export async function loadPeople<Q, T extends PeoplePage>(
  source: DataSource<Q, Result<T>>,
  catalog: Pick<Catalog, 'author'>,
  request: Q,
  caller: Caller,
): Promise<PeopleParts<T>> {
  const page = await source(request, caller);
  const items = page.value !== undefined && 'ok' in page.value ? page.value.ok.items : [];
  const ids = items.map(({ id }) => id);
  return { page, people: await fetchAuthors(catalog, ids, caller) };
}
