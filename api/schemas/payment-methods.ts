import { z } from 'zod';
import { timestamp } from './common.ts';

export const paymentMethod = z
  .object({
    id: z.uuid(),
    provider: z.string(),
    brand: z.string().meta({ example: 'visa' }),
    last4: z.string().meta({ example: '4242' }),
    expires_month: z.number().int(),
    expires_year: z.number().int(),
    used_for_renewals: z.boolean().meta({ description: 'The one saved last' }),
    created_at: timestamp,
  })
  .meta({ id: 'PaymentMethod' });
export type PaymentMethodView = z.infer<typeof paymentMethod>;

export const paymentMethods = z.object({ items: z.array(paymentMethod) }).meta({ id: 'PaymentMethods' });

export const cardSetup = z
  .object({
    id: z.uuid(),
    status: z.enum(['open', 'complete', 'expired']),
    url: z.string().nullable().meta({ description: 'The page to enter the card on; null once it is over' }),
    payment_method_id: z.uuid().nullable(),
  })
  .meta({ id: 'CardSetup' });
export type CardSetupView = z.infer<typeof cardSetup>;
