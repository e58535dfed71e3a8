// The account of who is logged in: session, name, e-mail, password, and where one is logged in.
import { useMutation, useQuery } from '@tanstack/preact-query';
import type { Schemas } from 'client';
import { api, dataOf } from './api.ts';
import { queryClient } from './query-client.ts';
import { clearViewer, setViewer } from './viewer.ts';

export const useLogIn = () =>
  useMutation({
    mutationFn: (body: Schemas['Credentials']) => dataOf(api.post('/api/auth/login', { body })),
    onSuccess: ({ user }) => setViewer(user),
  });

export const useRegister = () =>
  useMutation({
    mutationFn: (body: Schemas['NewUser']) => dataOf(api.post('/api/auth/register', { body })),
    onSuccess: ({ user }) => setViewer(user),
  });

export const useLogOut = () =>
  useMutation({
    mutationFn: () => dataOf(api.post('/api/auth/logout')),
    onSuccess: clearViewer,
  });

export const useMe = () =>
  useQuery({
    queryKey: ['me'],
    queryFn: ({ signal }) => dataOf(api.get('/api/me', { signal })),
  });

export const useChangeMe = () =>
  useMutation({
    mutationFn: (body: Schemas['MeChange']) => dataOf(api.patch('/api/me', { body })),
    onSuccess: (me) => {
      setViewer({ id: me.id, username: me.username });
      queryClient.setQueryData(['me'], me);
      for (const name of ['feed', 'profile', 'post', 'sessions'])
        void queryClient.invalidateQueries({ queryKey: [name] });
    },
  });

export const useDeleteAccount = () =>
  useMutation({
    mutationFn: (currentPassword: string) =>
      dataOf(api.delete('/api/me', { body: { currentPassword } })),
    onSuccess: clearViewer,
  });

export const useSessions = () =>
  useQuery({
    queryKey: ['sessions'],
    queryFn: ({ signal }) => dataOf(api.get('/api/me/sessions', { signal })),
  });

/** Ends a session, or all others when the id is left out. */
export const useEndSession = () =>
  useMutation({
    mutationFn: (id?: string) =>
      id === undefined
        ? dataOf(api.delete('/api/me/sessions'))
        : dataOf(api.delete('/api/me/sessions/{id}', { params: { path: { id } } })),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ['sessions'] }),
  });
