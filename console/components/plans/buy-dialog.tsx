import { DataList, Modal, Text } from '@mantine/core';
import type { OfferedPlan } from '../../../api/schemas/subscriptions.ts';
import { planWish } from '../../api/plans.ts';
import { formatCredits } from '../../credits.ts';
import { formatBalance } from '../../money.ts';
import type { Buys } from '../../plans.ts';
import { Fact } from '../order-facts.tsx';
import { CheckoutForm } from './checkout-form.tsx';

export interface PlanChoice {
  plan: OfferedPlan;
  as: Buys;
}

function Gets({ plan, as }: PlanChoice) {
  return (
    <DataList labelWidth="8rem">
      <Fact label="Credits">
        {formatCredits(plan.base_credits)} + {plan.bonus_percent}% bonus ={' '}
        {formatCredits(plan.monthly_credits)}
      </Fact>
      <Fact label="Backup credits">{formatCredits(plan.backup_credits)}</Fact>
      <Fact label="Runs">{as === 'pass' ? '30 days, then it ends' : 'Month by month, until you cancel'}</Fact>
    </DataList>
  );
}

function lead({ plan, as }: PlanChoice): string {
  if (as === 'plan') return 'It begins when the payment arrives, and you can cancel it any time.';
  return plan.pass_action === 'append'
    ? 'Thirty days with all their credits begin when the pass that runs is over.'
    : 'Thirty days with all benefits of the plan. It does not renew.';
}

export interface BuyDialogProps {
  choice: PlanChoice;
  opened: boolean;
  onClose: () => void;
}

export function BuyDialog({ choice, opened, onClose }: BuyDialogProps) {
  const { plan, as } = choice;
  const price = formatBalance((as === 'pass' ? plan.pass_price_usd : plan.price_usd) ?? '0');
  const title = as === 'pass' ? `${plan.name} pass, 30 days` : `${plan.name}, ${price} a month`;
  return (
    <Modal opened={opened} onClose={onClose} title={title}>
      <CheckoutForm
        renews={as === 'plan'}
        action={`Pay ${price}`}
        failure="The order was not started"
        wishOf={(method) => planWish(plan.id, as, method)}
      >
        <Text size="sm">{lead(choice)}</Text>
        <Gets {...choice} />
      </CheckoutForm>
    </Modal>
  );
}
