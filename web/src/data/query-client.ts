// The query cache: what is on the screen stays there while a request fails, and is asked for again when the server says.
import { effect } from '@preact/signals';
import { QueryClient, type Query } from '@tanstack/preact-query';
import type { Degraded } from 'client';
import { ApiError } from './api.ts';
import { viewer } from './viewer.ts';

/** While a part is missing, or the server is away, in milliseconds. */
const AGAIN_MS = 4000;

type MaybeDegraded = { readonly degraded?: readonly Degraded[] | undefined };

/** The degraded parts of a query's data, which may be one answer or several pages. */
export function degradedOf(data: unknown): readonly Degraded[] {
  const pages = (data as { pages?: readonly MaybeDegraded[] } | undefined)?.pages ?? [
    data as MaybeDegraded | undefined,
  ];
  return pages.flatMap((page) => page?.degraded ?? []);
}

/** When to ask again without being told to: false for data that is complete, or an error that will stay. */
function again({ state }: Query): number | false {
  if (state.error instanceof ApiError)
    return state.error.isTemporary && (state.error.info.retryAfterMs ?? AGAIN_MS) + 200;
  return degradedOf(state.data).length > 0 && AGAIN_MS;
}

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      // The client has its own attempts; later ones are `refetchInterval`.
      retry: false,
      refetchInterval: again,
      staleTime: 10_000,
    },
    mutations: { retry: false },
  },
});

// What one person saw is not shown to the next.
let lastId = viewer.value?.id;
effect(() => {
  if (viewer.value?.id === lastId) return;
  lastId = viewer.value?.id;
  queryClient.clear();
});
