import { queryOptions, useQuery } from '@tanstack/react-query';
import type { z } from 'zod';
import type { modelList } from '../../api/schemas/usage.ts';
import { request } from './request.ts';

type ModelList = z.infer<typeof modelList>;
export type ModelInfo = ModelList['items'][number];

const modelsQuery = queryOptions({
  queryKey: ['models'],
  queryFn: ({ signal }) => request<ModelList>('GET', '/api/models', { signal }),
  select: (list) => list.items,
  staleTime: 5 * 60_000,
});

export const useModels = () => useQuery(modelsQuery);
