// People: friends, requests both ways, and finding somebody by name.
import { useMutation, useQuery } from '@tanstack/preact-query';
import { api, dataOf } from './api.ts';
import { queryClient } from './query-client.ts';

/** What a person is to the viewer. */
export type FriendState = 'none' | 'requested' | 'incoming' | 'friends';

export const MIN_SEARCH = 3;
const LIMIT = 100;

export const useFriends = () =>
  useQuery({
    queryKey: ['friends', 'list'],
    queryFn: ({ signal }) =>
      dataOf(api.get('/api/friends', { params: { query: { limit: LIMIT } }, signal })),
  });

export const useRequests = (direction: 'incoming' | 'outgoing') =>
  useQuery({
    queryKey: ['friends', direction],
    queryFn: ({ signal }) =>
      dataOf(
        api.get('/api/friends/requests', {
          params: { query: { direction, limit: LIMIT } },
          signal,
        }),
      ),
  });

export const useSearch = (username: string) =>
  useQuery({
    queryKey: ['search', username.toLowerCase()],
    queryFn: ({ signal }) =>
      dataOf(api.get('/api/users', { params: { query: { username } }, signal })),
    enabled: username.length >= MIN_SEARCH,
  });

/** Sends or accepts a request (`true`), or ends, refuses or withdraws (`false`). */
export const useSetFriend = (id: number) =>
  useMutation({
    mutationFn: async (isFriend: boolean) => {
      const params = { path: { id } };
      if (isFriend) await dataOf(api.put('/api/friends/{id}', { params }));
      else await dataOf(api.delete('/api/friends/{id}', { params }));
    },
    onSuccess: () =>
      Promise.all(
        ['friends', 'feed', 'profile'].map((name) =>
          queryClient.invalidateQueries({ queryKey: [name] }),
        ),
      ),
  });
