import type { SwitchQuoteView } from '../../../api/schemas/plan-orders.ts';
import { switchWish } from '../../api/plans.ts';
import { formatBalance } from '../../money.ts';
import type { Buys } from '../../plans.ts';
import { CheckoutForm } from './checkout-form.tsx';
import { QuoteTerms } from './quote-terms.tsx';

export interface SwitchNowProps {
  quote: SwitchQuoteView;
  as: Buys;
  /** The server found that less would be credited than what is shown here. */
  onQuoteChanged: () => void;
}

/** Confirmed once: the quote that is shown is the quote that is sent. */
export function SwitchNow({ quote, as, onQuoteChanged }: SwitchNowProps) {
  const { to } = quote;
  return (
    <CheckoutForm
      renews={as === 'plan'}
      action={`Pay ${formatBalance(to.price_usd)} and switch`}
      failure="The switch was not started"
      wishOf={(method) => switchWish({ planId: to.plan_id, as, method, quotedCreditUsd: quote.credit_usd })}
      onRefused={({ code }) => {
        if (code === 'quote_changed') onQuoteChanged();
      }}
    >
      <QuoteTerms quote={quote} />
    </CheckoutForm>
  );
}
