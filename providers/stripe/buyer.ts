import type Stripe from 'stripe';
import type { Checkout } from '../payments.ts';

type BuyerFields = Pick<
  Stripe.Checkout.SessionCreateParams,
  'customer' | 'customer_email' | 'customer_creation'
>;

/** Who comes to a page: a customer that Stripe knows, or an address. `keep`: one is made of them where there is none. */
export function buyerOf(
  who: { email: string | undefined; customerRef?: string | undefined },
  keep: boolean,
): BuyerFields {
  if (who.customerRef) return { customer: who.customerRef };
  return {
    ...(who.email ? { customer_email: who.email } : {}),
    ...(keep ? { customer_creation: 'always' as const } : {}),
  };
}

export function checkoutOf(session: Stripe.Checkout.Session): Checkout {
  if (!session.url) throw new Error('Stripe made a session without a page');
  return { checkoutRef: session.id, url: session.url };
}
