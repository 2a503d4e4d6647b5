import type { Ledger, Orders } from './records.ts';

export interface Upstream {
  /** The only key that is let in; any where it is absent. */
  apiKey: string | undefined;
  models: readonly string[];
  ledger: Ledger;
  orders: Orders;
}
