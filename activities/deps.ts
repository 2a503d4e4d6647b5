import type { OrderKind } from '../billing/orders.ts';
import type { DunningRules } from '../billing/subscriptions.ts';
import type { Db } from '../db/connection.ts';
import type { PaymentProviders } from '../providers/payments.ts';

/** What activities work with; made once by worker/main.ts, and by tests. */
export interface ActivityDeps {
  db: Db;
  providers: PaymentProviders;
  orders: OrderRules;
  /** Where the customer comes back to after paying. */
  publicUrl: string;
  dunning: DunningRules;
  /** Subscriptions that one billing run wakes in a second. */
  wakesPerSecond: number;
  messages: SubscriptionMessages;
  sendMail(mail: { to: string; subject: string; text: string }): Promise<void>;
}

/** What activities tell workflows of other ids. */
export interface SubscriptionMessages {
  /** Starts the account's subscription workflow, or tells the one that runs to look again. */
  wake(accountId: string): Promise<void>;
  orderPaid(accountId: string, orderId: string): Promise<void>;
  /** The order's own workflow, if it still runs. */
  orderSettled(order: { id: string; kind: OrderKind }): Promise<void>;
  /** The account saved another card. */
  cardChanged(accountId: string, paymentMethodId: string): Promise<void>;
  setupHeard(setupId: string): Promise<void>;
  /** Answers when everything that is due for the account was done. */
  runDue(accountId: string): Promise<void>;
}

/** The limits and times of an order, as this deployment sets them. */
export interface OrderRules {
  expiresSeconds: number;
  pollFirstSeconds: number;
  pendingMax: number;
  dayMaxNanos: bigint;
}
