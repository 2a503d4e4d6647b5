import { Alert, Group, Loader, Text } from '@mantine/core';
import { IconCreditCard } from '@tabler/icons-react';
import { useEffect } from 'react';
import { useCardSetup, useCardsChanged } from '../../api/payment-methods.ts';
import { ErrorPanel } from '../error-panel.tsx';

const words = {
  open: 'We are asking the payment provider for your card. This takes a moment.',
  complete: 'Your card is saved. Renewals are charged to it from now on.',
  expired: 'The page was closed before a card was saved. Nothing has changed.',
};

/** The customer came back from the page on which a card is saved. */
export function CardSetupNotice({ id }: { id: string }) {
  const query = useCardSetup(id);
  const changed = useCardsChanged();
  const status = query.data?.status;
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each status, not for each drawing
  useEffect(() => {
    if (status === 'complete') changed();
  }, [status]);
  if (query.error && !query.data) {
    return (
      <ErrorPanel
        error={query.error}
        title="The payment provider could not be asked about your card"
        onRetry={() => void query.refetch()}
      />
    );
  }
  return (
    <Alert
      role="status"
      color={status === 'complete' ? 'petrol' : status === 'expired' ? 'yellow' : 'blue'}
      icon={<IconCreditCard size={20} aria-hidden />}
    >
      <Group gap="sm">
        {status !== 'complete' && status !== 'expired' && <Loader size="xs" aria-hidden />}
        <Text size="sm">{words[status ?? 'open']}</Text>
      </Group>
    </Alert>
  );
}
