import type { Db } from '../db/connection.ts';
import type { PaymentProviders } from '../providers/payments.ts';

/** What activities work with; made once by worker/main.ts, and by tests. */
export interface ActivityDeps {
  db: Db;
  providers: PaymentProviders;
  orders: OrderRules;
  /** Where the customer comes back to after paying. */
  publicUrl: string;
}

/** The limits and times of an order, as this deployment sets them. */
export interface OrderRules {
  expiresSeconds: number;
  pollFirstSeconds: number;
  pendingMax: number;
  dayMaxNanos: bigint;
}
