import { z } from 'zod';
import type { SavedCard } from '../recurring.ts';

const cardMethod = z.object({
  id: z.string(),
  /** Null where it was used once and not kept. */
  customer: z.string().nullable(),
  card: z.object({ brand: z.string(), last4: z.string(), exp_month: z.int(), exp_year: z.int() }).optional(),
});

/** A payment method as a card that can be charged again; absent where it is none, or belongs to nobody. */
export function savedCardOf(raw: unknown): SavedCard | undefined {
  if (raw === null || raw === undefined) return undefined;
  const { id, customer, card } = cardMethod.parse(raw);
  if (customer === null || card === undefined) return undefined;
  return {
    provider: 'stripe',
    customerRef: customer,
    methodRef: id,
    brand: card.brand,
    last4: card.last4,
    expiresMonth: card.exp_month,
    expiresYear: card.exp_year,
  };
}
