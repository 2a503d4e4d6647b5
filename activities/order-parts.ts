import { DomainError } from '../billing/errors.ts';
import type { ProviderName } from '../billing/orders.ts';
import type { Db, Transaction } from '../db/connection.ts';
import { findOrder, lockOrder, type Order } from '../db/orders.ts';
import type { PaymentProvider } from '../providers/payments.ts';
import type { ActivityDeps } from './deps.ts';

export function providerOf({ providers }: ActivityDeps, name: ProviderName): PaymentProvider {
  const provider = providers.get(name);
  // Tried again: a worker without the keys is a mistake that somebody mends, and orders must outlive it.
  if (!provider) throw new DomainError('provider_unavailable', 'This payment method is switched off');
  return provider;
}

export async function existingOrder(db: Db, orderId: string): Promise<Order> {
  return required(await findOrder(db, orderId), orderId);
}

export async function existingLockedOrder(trx: Transaction, orderId: string): Promise<Order> {
  return required(await lockOrder(trx, orderId), orderId);
}

function required(order: Order | undefined, orderId: string): Order {
  if (!order) throw new DomainError('not_found', `There is no order ${orderId}`);
  return order;
}
