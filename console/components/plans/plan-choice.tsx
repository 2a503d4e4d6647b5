import { Box } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useState } from 'react';
import type { OfferedPlan, PlanOffer } from '../../../api/schemas/subscriptions.ts';
import { usePlanOffer } from '../../api/plans.ts';
import type { Buys } from '../../plans.ts';
import { QueryState } from '../query-state.tsx';
import { Section } from '../section.tsx';
import { CardSkeleton } from '../skeletons.tsx';
import { BuyDialog, type PlanChoice } from './buy-dialog.tsx';
import { PlanCards } from './plan-cards.tsx';
import { PlanTable } from './plan-table.tsx';
import { SwitchDialog } from './switch-dialog.tsx';

function isSwitch({ plan, as }: PlanChoice): boolean {
  return as === 'pass' ? plan.pass_action === 'switch' : plan.action !== 'buy';
}

function Offered({ offer }: { offer: PlanOffer }) {
  const [choice, setChoice] = useState<PlanChoice>();
  const [opened, { open, close }] = useDisclosure(false);
  const choose = (plan: OfferedPlan, as: Buys) => {
    setChoice({ plan, as });
    open();
  };
  const Dialog = choice && isSwitch(choice) ? SwitchDialog : BuyDialog;
  return (
    <>
      <Box visibleFrom="lg">
        <Section id="plans-wide" title="All plans">
          <PlanTable offer={offer} onChoose={choose} />
        </Section>
      </Box>
      <Box hiddenFrom="lg" component="section" aria-label="All plans">
        <PlanCards offer={offer} onChoose={choose} />
      </Box>
      {choice && <Dialog choice={choice} opened={opened} onClose={close} />}
    </>
  );
}

/** What is sold, each with what this account can do with it. */
export function PlanChoices() {
  const query = usePlanOffer();
  return (
    <QueryState query={query} skeleton={<CardSkeleton height={420} />}>
      {(offer) => <Offered offer={offer} />}
    </QueryState>
  );
}
