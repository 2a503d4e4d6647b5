import { newId } from '../ids.ts';
import { nowInSeconds, type Simulator } from '../simulator.ts';
import type { BalanceTransaction, Charge, Dispute, Refund } from '../wire.ts';

/** 2.9% and 30 cents; what is kept back of a charge and not returned with a refund. */
export function chargeFee(amount: number): number {
  return Math.round((amount * 29) / 1000) + 30;
}

/** Books money that moved on the merchant's balance. Answers its id. */
export function recordBalance(
  simulator: Simulator,
  source: Charge | Refund | Dispute,
  type: 'charge' | 'refund' | 'adjustment',
  amount: number,
  fee = 0,
): string {
  const created = nowInSeconds(simulator);
  const transaction: BalanceTransaction = {
    id: newId('txn'),
    object: 'balance_transaction',
    amount,
    available_on: created,
    balance_type: 'payments',
    created,
    currency: source.currency,
    description: null,
    exchange_rate: null,
    fee,
    fee_details:
      fee === 0
        ? []
        : [
            {
              amount: fee,
              application: null,
              currency: source.currency,
              description: 'Stripe processing fees',
              type: 'stripe_fee',
            },
          ],
    net: amount - fee,
    reporting_category: type,
    source: source.id,
    status: 'available',
    type,
  };
  return simulator.objects.insert(transaction).id;
}
