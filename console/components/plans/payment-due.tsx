import { Alert, Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconCalendarDollar, IconClockPlay, IconCreditCardOff } from '@tabler/icons-react';
import type { PaymentDue as Due, SubscriptionView } from '../../../api/schemas/subscriptions.ts';
import { useMe } from '../../api/account.ts';
import { payWish } from '../../api/plans.ts';
import { formatBalance } from '../../money.ts';
import { dueWords } from '../../plan-words.ts';
import { formatDateTime } from '../../time.ts';
import { AddCard } from './add-card.tsx';
import { CheckoutForm } from './checkout-form.tsx';

function PayNow({ due, planName }: { due: Due; planName: string }) {
  const [opened, { open, close }] = useDisclosure(false);
  const price = formatBalance(due.amount_usd);
  return (
    <>
      <Button size="xs" onClick={open}>
        Pay now
      </Button>
      <Modal opened={opened} onClose={close} title={`Pay ${price} for ${planName}`}>
        <CheckoutForm renews action={`Pay ${price}`} failure="The order was not started" wishOf={payWish}>
          <Text size="sm">The next month begins when the payment arrives, with all its credits.</Text>
        </CheckoutForm>
      </Modal>
    </>
  );
}

function NextSteps({ due, hasBenefits }: { due: Due; hasBenefits: boolean }) {
  const { time_zone } = useMe();
  const until = formatDateTime(due.benefits_until, time_zone);
  return (
    <>
      {due.next_attempt_at && (
        <Text size="sm">Your card is tried again {formatDateTime(due.next_attempt_at, time_zone)}.</Text>
      )}
      <Text size="sm">
        {hasBenefits
          ? `The plan's benefits go on until ${until}.`
          : `The plan's benefits ended ${until}: until it is paid, calls are those of Free.`}
      </Text>
    </>
  );
}

/** What is owed for the next month: why, what happens by itself, and what can be done. */
export function PaymentDue({ due, plan }: { due: Due; plan: SubscriptionView }) {
  const { title, sentence, tone } = dueWords(due);
  const icons = { waiting: IconClockPlay, ask: IconCalendarDollar, bad: IconCreditCardOff };
  const colors = { waiting: 'blue', ask: 'yellow', bad: 'red' };
  const Icon = icons[tone];
  return (
    <Alert color={colors[tone]} icon={<Icon size={20} aria-hidden />} title={title} data-testid="payment-due">
      <Stack gap={4}>
        <Text size="sm">{sentence}</Text>
        <NextSteps due={due} hasBenefits={plan.subscription?.has_benefits ?? false} />
        {tone !== 'waiting' && (
          <Group gap="xs" mt={6}>
            {due.can_pay_now && (
              <PayNow due={due} planName={plan.next_renewal?.plan_name ?? plan.plan.name} />
            )}
            <AddCard label="Change card" size="xs" />
          </Group>
        )}
      </Stack>
    </Alert>
  );
}
