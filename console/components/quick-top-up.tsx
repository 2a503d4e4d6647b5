import { Button, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { type TopUpMethod, topUpWish, useTopUpMethods } from '../api/top-ups.ts';
import { formatExact } from '../money.ts';
import { PresetAmounts } from './amount-picker.tsx';
import { ErrorPanel } from './error-panel.tsx';
import { TextLink } from './links.tsx';
import { usePaymentIntent } from './payment-intent.ts';
import { QueryState } from './query-state.tsx';
import { Section } from './section.tsx';
import { CardSkeleton } from './skeletons.tsx';

function QuickForm({ method }: { method: TopUpMethod }) {
  const [amount, setAmount] = useState(method.presets_usd[1] ?? method.presets_usd[0] ?? method.minimum_usd);
  const { submit, reset, error, sending } = usePaymentIntent();
  const choose = (preset: string) => {
    setAmount(preset);
    reset();
  };
  return (
    <Stack gap="md">
      <PresetAmounts presets={method.presets_usd} value={amount} onChange={choose} />
      {error && <ErrorPanel error={error} title="The top-up was not started" />}
      <Button loading={sending} onClick={() => submit(topUpWish(method.method, amount))}>
        Top up {formatExact(amount)}
      </Button>
      <Text size="xs" c="dimmed">
        Paid with: {method.label}.{' '}
        <TextLink to="/topup" inherit>
          Another amount or method
        </TextLink>
      </Text>
    </Stack>
  );
}

export function QuickTopUp() {
  const query = useTopUpMethods();
  return (
    <QueryState query={query} skeleton={<CardSkeleton height={250} />}>
      {([method]) => (
        <Section id="quick" title="Quick top-up">
          {method ? <QuickForm method={method} /> : <Text c="dimmed">No payment method is set up here.</Text>}
        </Section>
      )}
    </QueryState>
  );
}
