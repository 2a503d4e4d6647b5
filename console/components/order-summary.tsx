import { Alert, Button, Card, Group, Loader, Stack, Text, Title } from '@mantine/core';
import { IconExternalLink, IconUserSearch } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import type { TopUpDetail } from '../../api/schemas/top-ups.ts';
import { useMe } from '../api/account.ts';
import { balanceQuery } from '../api/balance.ts';
import { planKey } from '../api/plans.ts';
import { formatExact } from '../money.ts';
import { attentionSentence, wordsOf } from '../orders.ts';
import { formatDateTime } from '../time.ts';
import { OrderActions } from './order-actions.tsx';

/** Balance, plan and the list of orders follow as soon as this page sees another state. */
function useFollowStatus(order: TopUpDetail): void {
  const queryClient = useQueryClient();
  useEffect(() => {
    void order.status;
    void queryClient.invalidateQueries({ queryKey: balanceQuery.queryKey });
    void queryClient.invalidateQueries({ queryKey: ['top-ups', 'recent'] });
    void queryClient.invalidateQueries({ queryKey: planKey });
  }, [order.status, queryClient]);
}

function saidOf(order: TopUpDetail, confirming: boolean): { headline: string; sentence: string } {
  if (confirming) {
    return {
      headline: 'Confirming your payment',
      sentence:
        'We are asking the payment provider. This usually takes a few seconds; you can leave this page.',
    };
  }
  const words = wordsOf(order);
  if (order.status !== 'credited' || order.kind !== 'top_up') return words;
  return { ...words, headline: `${formatExact(order.credited_usd)} added to your wallet` };
}

function Attention({ order }: { order: TopUpDetail }) {
  const { time_zone } = useMe();
  if (!order.attention_reason) return null;
  return (
    <Alert color="orange" icon={<IconUserSearch size={20} aria-hidden />} title="Why a person looks at it">
      <Text size="sm">{attentionSentence(order.attention_reason)}</Text>
      {order.attention_deadline && (
        <Text size="sm" mt={4}>
          You hear from us by {formatDateTime(order.attention_deadline, time_zone)}.
        </Text>
      )}
    </Alert>
  );
}

function PayLink({ order }: { order: TopUpDetail }) {
  if (order.status !== 'link_issued' || !order.checkout_url) return null;
  return (
    <Button component="a" href={order.checkout_url} rightSection={<IconExternalLink size={16} aria-hidden />}>
      Continue to payment
    </Button>
  );
}

export function OrderSummary({ order, returned }: { order: TopUpDetail; returned: boolean }) {
  useFollowStatus(order);
  const confirming = returned && order.status === 'link_issued';
  const { headline, sentence } = saidOf(order, confirming);
  return (
    <Card component="section" aria-label="Status">
      <Stack gap="md">
        <div role="status" data-testid="order-status" data-status={order.status}>
          <Group gap="sm" wrap="nowrap">
            {(confirming || order.status === 'created') && <Loader size="sm" aria-hidden />}
            <Title order={2}>{headline}</Title>
          </Group>
          <Text mt={4}>{sentence}</Text>
        </div>
        <Attention order={order} />
        <Group gap="sm">
          <PayLink order={order} />
          <OrderActions order={order} />
        </Group>
      </Stack>
    </Card>
  );
}
