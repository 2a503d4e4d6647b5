import { z } from 'zod';
import { type CardAnswer, cardAnswers } from '../payments/cards.ts';
import { defaultEvents } from '../webhooks/default-events.ts';

export const payOptions = z.strictObject({
  amount: z.int().positive().optional(),
  currency: z.string().length(3).toLowerCase().optional(),
  card: z.string().optional(),
  late: z.boolean().optional(),
});

export const cardSchema = z.strictObject({ answer: z.enum(Object.keys(cardAnswers) as CardAnswer[]) });

export const webhookSchema = z.strictObject({
  url: z.url({ protocol: /^https?$/ }),
  // An empty key signs what anybody can sign.
  secret: z.string().trim().min(1),
  events: z.array(z.string()).default([...defaultEvents]),
});

export type WebhookInput = z.input<typeof webhookSchema>;
export type PayInput = z.input<typeof payOptions>;
