import { z } from 'zod';
import type { Filter } from './objects.ts';
import { naturalNumber, text } from './parameters.ts';
import type { Simulator } from './simulator.ts';
import type { List, StripeObject } from './wire.ts';

/** What every list takes. */
export const listParameters = {
  limit: naturalNumber.pipe(z.number().min(1).max(100)).default(10),
  starting_after: text.optional(),
  ending_before: text.optional(),
  created: z
    .union([
      naturalNumber.transform((second) => ({ gte: second, lte: second })),
      z.strictObject({
        gt: naturalNumber.optional(),
        gte: naturalNumber.optional(),
        lt: naturalNumber.optional(),
        lte: naturalNumber.optional(),
      }),
    ])
    .optional(),
};

const listSchema = z.object(listParameters);
type ListParameters = z.output<typeof listSchema>;
type Range = {
  gt?: number | undefined;
  gte?: number | undefined;
  lt?: number | undefined;
  lte?: number | undefined;
};

/** One page of objects of a kind, newest first. */
export function listObjects<T extends StripeObject>(
  simulator: Simulator,
  kind: T['object'],
  url: string,
  parameters: ListParameters,
  filter: Filter = {},
): List<T> {
  const { limit, starting_after, ending_before } = parameters;
  for (const [param, id] of Object.entries({ starting_after, ending_before })) {
    if (id !== undefined) simulator.objects.get(kind, id, param);
  }
  const created: Range = parameters.created ?? {};
  const found = simulator.objects.page<T>(kind, filter, {
    limit,
    after: starting_after,
    before: ending_before,
    createdFrom: created.gte ?? (created.gt === undefined ? undefined : created.gt + 1),
    createdTo: created.lte ?? (created.lt === undefined ? undefined : created.lt - 1),
  });
  const data = found.slice(0, limit);
  if (ending_before !== undefined) data.reverse();
  return { object: 'list', data, has_more: found.length > limit, url };
}
