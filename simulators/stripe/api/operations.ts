import type { Operation } from '../operation.ts';
import { checkoutSessionOperations } from '../resources/checkout-sessions.ts';
import { customerOperations } from '../resources/customers.ts';
import { eventOperations } from '../resources/events.ts';
import { moneyOperations } from '../resources/money.ts';
import { paymentIntentOperations } from '../resources/payment-intents.ts';
import { paymentMethodOperations } from '../resources/payment-methods.ts';
import { setupIntentOperations } from '../resources/setup-intents.ts';
import { subscriptionOperations } from '../resources/subscriptions.ts';

/** All that `/v1` can do. A new resource is a new file and a line here. */
export const operations: readonly Operation[] = [
  ...checkoutSessionOperations,
  ...customerOperations,
  ...eventOperations,
  ...moneyOperations,
  ...paymentIntentOperations,
  ...paymentMethodOperations,
  ...setupIntentOperations,
  ...subscriptionOperations,
];
