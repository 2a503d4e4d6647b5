import { DataList, Drawer, Group, Stack, Text, Title } from '@mantine/core';
import type { UsageDetail, UsageEvent } from '../../api/schemas/usage.ts';
import { useMe } from '../api/account.ts';
import { useCall } from '../api/usage.ts';
import { formatExact, groupDigits } from '../money.ts';
import { formatDuration, formatPrecise } from '../time.ts';
import { outcomeWords, paidFrom } from '../usage-words.ts';
import { CopyValue } from './copy-value.tsx';
import { CostLines } from './cost-lines.tsx';
import { Fact } from './order-facts.tsx';
import { QueryState } from './query-state.tsx';
import { RowsSkeleton } from './skeletons.tsx';
import { Outcome } from './usage-list.tsx';

function TokenFacts({ event }: { event: UsageEvent }) {
  const buckets = [
    ['Input', event.input_tokens],
    ['Read from cache', event.cache_read_tokens],
    ['Written to cache', event.cache_write_tokens],
    ['Output', event.output_tokens],
  ] as const;
  return (
    <DataList>
      {buckets.map(([label, tokens]) => (
        <Fact key={label} label={label}>
          {groupDigits(tokens)}
        </Fact>
      ))}
    </DataList>
  );
}

function MoneyFacts({ event }: { event: UsageEvent }) {
  const payers = paidFrom(event);
  return (
    <DataList>
      <Fact label="Charge">
        <Text span fw={650} size="sm">
          {formatExact(event.charge_usd)}
        </Text>
      </Fact>
      {payers.map(({ label, usd }) => (
        <Fact key={label} label={label === 'Not collected' ? label : `From ${label.toLowerCase()}`}>
          {formatExact(usd)}
        </Fact>
      ))}
      {event.price_version && <Fact label="Price version">{event.price_version}</Fact>}
    </DataList>
  );
}

function CallFacts({ event }: { event: UsageEvent }) {
  const { time_zone } = useMe();
  return (
    <DataList>
      <Fact label="Model">{event.model}</Fact>
      <Fact label="Route">
        {event.route}
        {event.streamed ? ' · streamed' : ''}
      </Fact>
      <Fact label="API key">{event.key_name ?? 'Deleted key'}</Fact>
      <Fact label="Started">{formatPrecise(event.started_at, time_zone)}</Fact>
      {event.first_byte_ms !== null && <Fact label="First byte">{formatDuration(event.first_byte_ms)}</Fact>}
      {event.duration_ms !== null && <Fact label="Duration">{formatDuration(event.duration_ms)}</Fact>}
    </DataList>
  );
}

function CallDetail({ event }: { event: UsageDetail }) {
  const note = outcomeWords(event.outcome).note;
  return (
    <Stack gap="lg">
      <div>
        <Outcome event={event} />
        <Text size="sm" mt={6}>
          {note}{' '}
          {event.estimated && 'We estimated its tokens: the upstream reported none, or none that add up.'}
        </Text>
      </div>
      <CallFacts event={event} />
      {!event.cost && (
        <>
          <Title order={3}>Tokens</Title>
          <TokenFacts event={event} />
        </>
      )}
      <Title order={3}>Cost</Title>
      {event.cost && event.cost.lines.length > 0 && <CostLines cost={event.cost} />}
      <MoneyFacts event={event} />
      <Group>
        <CopyValue label="Trace id" value={event.trace_id} />
      </Group>
    </Stack>
  );
}

function LoadedCall({ traceId }: { traceId: string }) {
  const query = useCall(traceId);
  return (
    <QueryState query={query} skeleton={<RowsSkeleton rows={8} />}>
      {(event) => <CallDetail event={event} />}
    </QueryState>
  );
}

export function CallDrawer({ traceId, onClose }: { traceId: string | undefined; onClose: () => void }) {
  return (
    <Drawer opened={traceId !== undefined} onClose={onClose} title="Call">
      {traceId && <LoadedCall traceId={traceId} />}
    </Drawer>
  );
}
