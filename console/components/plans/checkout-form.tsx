import { Button, Radio, Stack, Text } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import type { Wish } from '../../api/intent.ts';
import type { PlanMethod } from '../../api/plans.ts';
import type { ApiError } from '../../api/request.ts';
import styles from '../../styles/choice.module.css';
import { ChoiceCard } from '../choice-card.tsx';
import { ErrorPanel } from '../error-panel.tsx';
import { usePaymentIntent } from '../payment-intent.ts';

const methods: { value: PlanMethod; label: string; note: string }[] = [
  { value: 'card', label: 'Save my card', note: 'Each renewal is charged to it by itself' },
  { value: 'card_once', label: 'Pay by hand each month', note: 'We remind you, and you pay on a page' },
];
const among = methods.map(({ value }) => value);

export interface MethodChoiceProps {
  value: PlanMethod;
  onChange: (method: PlanMethod) => void;
}

/** How the renewals of a plan are paid; the first month is paid on the provider's page either way. */
export function MethodChoice({ value, onChange }: MethodChoiceProps) {
  return (
    <Radio.Group label="Renewals" value={value} onChange={(method) => onChange(method as PlanMethod)}>
      <Stack gap="xs" mt={6}>
        {methods.map((method) => (
          <ChoiceCard
            key={method.value}
            value={method.value}
            among={among}
            chosen={value}
            className={styles.method}
          >
            <Text size="sm" fw={550}>
              {method.label}
            </Text>
            <Text size="xs" c="dimmed">
              {method.note}
            </Text>
          </ChoiceCard>
        ))}
      </Stack>
    </Radio.Group>
  );
}

export interface CheckoutFormProps {
  children?: ReactNode;
  /** A pass does not renew: there is nothing to choose. */
  renews: boolean;
  action: string;
  failure: string;
  wishOf: (method: PlanMethod) => Wish;
  onRefused?: (error: ApiError) => void;
}

/** From what is bought to the provider's page. */
export function CheckoutForm({ children, renews, action, failure, wishOf, onRefused }: CheckoutFormProps) {
  const [method, setMethod] = useState<PlanMethod>(renews ? 'card' : 'card_once');
  const { submit, reset, error, sending } = usePaymentIntent(onRefused);
  const choose = (chosen: PlanMethod) => {
    setMethod(chosen);
    reset();
  };
  return (
    <Stack gap="md">
      {children}
      {renews && <MethodChoice value={method} onChange={choose} />}
      {error && <ErrorPanel error={error} title={failure} />}
      <Stack gap={6}>
        <Button loading={sending} onClick={() => submit(wishOf(method))} fullWidth>
          {action}
        </Button>
        <Text size="xs" c="dimmed" ta="center">
          You pay on the payment provider's page and come back here.
        </Text>
      </Stack>
    </Stack>
  );
}
