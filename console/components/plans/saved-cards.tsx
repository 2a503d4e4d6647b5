import { Badge, Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconCreditCard } from '@tabler/icons-react';
import type { PaymentMethodView } from '../../../api/schemas/payment-methods.ts';
import { usePaymentMethods, useRemoveCard } from '../../api/payment-methods.ts';
import { told } from '../../notices.ts';
import { cardName } from '../../plans.ts';
import styles from '../../styles/list.module.css';
import { ErrorPanel } from '../error-panel.tsx';
import { QueryState } from '../query-state.tsx';
import { Section } from '../section.tsx';
import { RowsSkeleton } from '../skeletons.tsx';
import { AddCard } from './add-card.tsx';

function RemoveCard({ card }: { card: PaymentMethodView }) {
  const [opened, { open, close }] = useDisclosure(false);
  const remove = useRemoveCard();
  const name = cardName(card);
  const confirm = () =>
    remove.mutate(card.id, {
      onSuccess: () => {
        close();
        told('Card removed', `${name} is not charged any more.`);
      },
    });
  return (
    <>
      <Button size="xs" variant="subtle" color="red" aria-label={`Remove ${name}`} onClick={open}>
        Remove
      </Button>
      <Modal opened={opened} onClose={close} title={`Remove ${name}?`}>
        <Stack>
          <Text size="sm">
            It is not charged any more. Without another card you pay each month of a plan by hand.
          </Text>
          {remove.error && <ErrorPanel error={remove.error} title="The card was not removed" />}
          <Group justify="flex-end">
            <Button variant="default" onClick={close} data-autofocus>
              Keep it
            </Button>
            <Button color="red" loading={remove.isPending} onClick={confirm}>
              Remove card
            </Button>
          </Group>
        </Stack>
      </Modal>
    </>
  );
}

function CardRow({ card }: { card: PaymentMethodView }) {
  const expires = `${String(card.expires_month).padStart(2, '0')}/${card.expires_year}`;
  return (
    <li className={styles.item}>
      <Group justify="space-between" wrap="nowrap">
        <Group gap="sm" wrap="nowrap">
          <IconCreditCard size={22} stroke={1.5} aria-hidden />
          <div>
            <Text size="sm" fw={550}>
              {cardName(card)}
            </Text>
            <Text size="xs" c="dimmed">
              Expires {expires}
            </Text>
          </div>
        </Group>
        <Group gap="xs" justify="flex-end">
          {card.used_for_renewals && (
            <Badge tt="none" fw={600} className={styles.badge}>
              For renewals
            </Badge>
          )}
          <RemoveCard card={card} />
        </Group>
      </Group>
    </li>
  );
}

export function SavedCards() {
  const query = usePaymentMethods();
  return (
    <Section
      id="cards"
      title="Payment methods"
      aside={<AddCard label={query.data?.length ? 'Change card' : 'Add a card'} size="xs" />}
    >
      <QueryState
        query={query}
        skeleton={<RowsSkeleton rows={2} />}
        empty={{
          when: (cards) => cards.length === 0,
          show: (
            <Text size="sm" c="dimmed">
              No saved card. Without one you pay each month of a plan by hand.
            </Text>
          ),
        }}
      >
        {(cards) => (
          <ul className={styles.list}>
            {cards.map((card) => (
              <CardRow key={card.id} card={card} />
            ))}
          </ul>
        )}
      </QueryState>
    </Section>
  );
}
