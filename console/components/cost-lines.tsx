import { Stack, Table, Text } from '@mantine/core';
import type { CostBreakdown } from '../../api/schemas/usage.ts';
import { formatExact, formatUnrounded, groupDigits } from '../money.ts';
import { itemWords } from '../usage-words.ts';

type Line = CostBreakdown['lines'][number];

function CostLine({ line }: { line: Line }) {
  const per = line.per === '1' ? 'each' : 'per million';
  return (
    <Table.Tr>
      <Table.Td>
        {itemWords(line.item)}
        <Text size="xs" c="dimmed">
          {groupDigits(line.quantity)} at {formatUnrounded(line.unit_price_usd)} {per}
        </Text>
      </Table.Td>
      <Table.Td ta="right">{formatUnrounded(line.amount_usd)}</Table.Td>
    </Table.Tr>
  );
}

function Sum({ label, value, strong = false }: { label: string; value: string; strong?: boolean }) {
  return (
    <Table.Tr fw={strong ? 650 : undefined}>
      <Table.Th scope="row" fw="inherit">
        {label}
      </Table.Th>
      <Table.Td ta="right" style={{ overflowWrap: 'anywhere' }}>
        {value}
      </Table.Td>
    </Table.Tr>
  );
}

/** From what was used to what was charged, with the only rounding where it is. */
export function CostLines({ cost }: { cost: CostBreakdown }) {
  return (
    <Stack gap={4}>
      <Table aria-label="How the charge came about" data-testid="cost-lines">
        <Table.Tbody>
          {cost.lines.map((line) => (
            <CostLine key={line.item} line={line} />
          ))}
          <Sum label="List price" value={formatUnrounded(cost.list_usd)} />
          <Sum label="Model multiplier" value={`× ${cost.model_multiplier}`} />
          <Sum label="Your multiplier" value={`× ${cost.group_multiplier}`} />
          <Sum label="Before rounding" value={formatUnrounded(cost.exact_usd)} />
          <Sum label="Total" value={formatExact(cost.total_usd)} strong />
        </Table.Tbody>
      </Table>
      <Text size="xs" c="dimmed">
        Rounded once, to the billionth of a dollar.
      </Text>
    </Stack>
  );
}
