import { Alert, Modal, Stack, Text } from '@mantine/core';
import { IconRefreshAlert } from '@tabler/icons-react';
import { useState } from 'react';
import type { SwitchQuoteView } from '../../../api/schemas/plan-orders.ts';
import { useSwitchQuote } from '../../api/plans.ts';
import { formatBalance } from '../../money.ts';
import type { Buys } from '../../plans.ts';
import { QueryState } from '../query-state.tsx';
import { RowsSkeleton } from '../skeletons.tsx';
import type { BuyDialogProps, PlanChoice } from './buy-dialog.tsx';
import { SwitchLater } from './switch-later.tsx';
import { SwitchNow } from './switch-now.tsx';
import { SwitchWhen } from './switch-when.tsx';

interface SwitchFormProps {
  quote: SwitchQuoteView;
  as: Buys;
  onQuoteChanged: () => void;
  onDone: () => void;
}

function SwitchForm({ quote, as, onQuoteChanged, onDone }: SwitchFormProps) {
  const [chosen, setWhen] = useState(quote.recommended);
  const when = quote.period_end_possible ? chosen : 'now';
  return (
    <Stack gap="md">
      {quote.period_end_possible && <SwitchWhen quote={quote} value={when} onChange={setWhen} />}
      {when === 'now' ? (
        <SwitchNow quote={quote} as={as} onQuoteChanged={onQuoteChanged} />
      ) : (
        <SwitchLater quote={quote} onDone={onDone} />
      )}
    </Stack>
  );
}

function Worse({ before, now }: { before: string; now: string }) {
  return (
    <Alert
      color="orange"
      icon={<IconRefreshAlert size={20} aria-hidden />}
      title="The quote has changed"
      role="alert"
    >
      <Text size="sm">
        More was used meanwhile: the credit is {formatBalance(now)} now, not {formatBalance(before)}. Nothing
        was started; look at the terms and confirm again.
      </Text>
    </Alert>
  );
}

function Quoted({ choice: { plan, as }, onClose }: { choice: PlanChoice; onClose: () => void }) {
  const query = useSwitchQuote(plan.id, as);
  const [refused, setRefused] = useState<string>();
  const askAgain = (quote: SwitchQuoteView) => {
    setRefused(quote.credit_usd);
    void query.refetch();
  };
  return (
    <QueryState query={query} skeleton={<RowsSkeleton rows={6} />}>
      {(quote) => (
        <Stack gap="md">
          {refused !== undefined && refused !== quote.credit_usd && (
            <Worse before={refused} now={quote.credit_usd} />
          )}
          {/* A new quote is a new question: nothing of the refused one is kept. */}
          <SwitchForm
            key={quote.at}
            quote={quote}
            as={as}
            onQuoteChanged={() => askAgain(quote)}
            onDone={onClose}
          />
        </Stack>
      )}
    </QueryState>
  );
}

export function SwitchDialog({ choice, opened, onClose }: BuyDialogProps) {
  const title = `Switch to ${choice.plan.name}${choice.as === 'pass' ? ' pass' : ''}`;
  return (
    <Modal opened={opened} onClose={onClose} title={title} size="lg">
      <Quoted choice={choice} onClose={onClose} />
    </Modal>
  );
}
