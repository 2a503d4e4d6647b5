import { Anchor, DataList, Text } from '@mantine/core';
import { IconExternalLink } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import type { TopUpDetail } from '../../api/schemas/top-ups.ts';
import { useMe } from '../api/account.ts';
import { formatExact } from '../money.ts';
import { isOpen, methodName } from '../orders.ts';
import { formatDateTime } from '../time.ts';
import { Section } from './section.tsx';

export function Fact({ label, children }: { label: string; children: ReactNode }) {
  return (
    <DataList.Item>
      <DataList.ItemLabel>{label}</DataList.ItemLabel>
      <DataList.ItemValue miw={0} style={{ overflowWrap: 'anywhere' }}>
        {children}
      </DataList.ItemValue>
    </DataList.Item>
  );
}

export function WorkflowLink({ url }: { url: string }) {
  return (
    <Anchor href={url} target="_blank" rel="noreferrer" size="sm">
      Open in the Temporal UI <IconExternalLink size={14} aria-hidden />
    </Anchor>
  );
}

export function OrderFacts({ order }: { order: TopUpDetail }) {
  const { time_zone } = useMe();
  return (
    <Section id="facts" title="Details">
      <DataList labelWidth="6.5rem">
        <Fact label="You pay">
          {order.pay_amount} {order.pay_currency}
        </Fact>
        {order.kind === 'top_up' && <Fact label="Credited">{formatExact(order.credited_usd)}</Fact>}
        <Fact label="Paid with">
          {methodName(order.method)} ·{' '}
          <Text span size="sm" tt="capitalize">
            {order.provider}
          </Text>
        </Fact>
        <Fact label="Created">{formatDateTime(order.created_at, time_zone)}</Fact>
        {isOpen(order) && <Fact label="Pay before">{formatDateTime(order.expires_at, time_zone)}</Fact>}
        {order.workflow_url && (
          <Fact label="Workflow">
            <WorkflowLink url={order.workflow_url} />
          </Fact>
        )}
      </DataList>
      <Text size="xs" c="dimmed" mt="md">
        Quote the order number when you write to support.
      </Text>
    </Section>
  );
}
