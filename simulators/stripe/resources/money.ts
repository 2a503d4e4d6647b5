import { z } from 'zod';
import { type Operation, operation } from '../operation.ts';
import { metadata, naturalNumber, text } from '../parameters.ts';
import { createRefund } from '../payments/refunds.ts';
import { list, retrieve } from './readers.ts';

const refundParameters = z.strictObject({
  charge: text.optional(),
  payment_intent: text.optional(),
  amount: naturalNumber.optional(),
  reason: z.enum(['duplicate', 'fraudulent', 'requested_by_customer']).optional(),
  metadata: metadata.default({}),
});

/** Money that moved: charges, refunds, disputes and what they did to the merchant's balance. */
export const moneyOperations: Operation[] = [
  retrieve('/v1/charges', 'charge'),
  list('/v1/charges', 'charge', ['customer', 'payment_intent']),
  operation('post', '/v1/refunds', refundParameters, (simulator, { parameters }) =>
    createRefund(simulator, parameters),
  ),
  retrieve('/v1/refunds', 'refund'),
  list('/v1/refunds', 'refund', ['charge', 'payment_intent']),
  retrieve('/v1/disputes', 'dispute'),
  list('/v1/disputes', 'dispute', ['charge', 'payment_intent']),
  retrieve('/v1/balance_transactions', 'balance_transaction'),
  list('/v1/balance_transactions', 'balance_transaction', ['source', 'type']),
];
