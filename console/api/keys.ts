import { queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { z } from 'zod';
import type { ApiKey, apiKeyList, changeKey, createdKey, createKey } from '../../api/schemas/keys.ts';
import { request } from './request.ts';

export type NewKey = z.input<typeof createKey>;
export type KeyChange = z.input<typeof changeKey>;
export type CreatedKey = z.infer<typeof createdKey>;

const keysQuery = queryOptions({
  queryKey: ['keys'],
  queryFn: ({ signal }) => request<z.infer<typeof apiKeyList>>('GET', '/api/keys', { signal }),
  select: (list) => list.items,
});

export const useKeys = () => useQuery(keysQuery);

export function useCreateKey() {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (body: NewKey) => request<CreatedKey>('POST', '/api/keys', { body }),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: keysQuery.queryKey }),
    // The answer holds the secret: forget it as soon as nobody shows it.
    gcTime: 0,
  });
}

export function useChangeKey(id: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (body: KeyChange) => request<ApiKey>('PATCH', `/api/keys/${id}`, { body }),
    onSettled: () => queryClient.invalidateQueries({ queryKey: keysQuery.queryKey }),
  });
}

export function useRevokeKey() {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => request<unknown>('DELETE', `/api/keys/${id}`),
    onSettled: () => queryClient.invalidateQueries({ queryKey: keysQuery.queryKey }),
  });
}
