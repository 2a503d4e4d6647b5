import { Alert, Stack, Table, Text } from '@mantine/core';
import { IconInfoCircle } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import type { SwitchQuoteView } from '../../../api/schemas/plan-orders.ts';
import { formatCredits } from '../../credits.ts';
import { formatBalance, isZero, subtract } from '../../money.ts';
import { deciderWords, formatPoints, zeroWords } from '../../quote.ts';

interface TermProps {
  label: string;
  note?: ReactNode;
  value: string;
  strong?: boolean;
}

function Term({ label, note, value, strong = false }: TermProps) {
  return (
    <Table.Tr fw={strong ? 650 : undefined}>
      <Table.Th
        scope="row"
        fw="inherit"
        fz="sm"
        c="var(--mantine-color-text)"
        style={{ whiteSpace: 'normal' }}
      >
        {label}
        {note && (
          <Text size="xs" c="dimmed" fw={400}>
            {note}
          </Text>
        )}
      </Table.Th>
      <Table.Td ta="right">{value}</Table.Td>
    </Table.Tr>
  );
}

const spent = ({ spent_credits, granted_credits }: SwitchQuoteView['main']) =>
  `${formatCredits(spent_credits)} of ${formatCredits(granted_credits)}`;

function Consumed({ quote }: { quote: SwitchQuoteView }) {
  return (
    <>
      <Term label="Time gone" note="of four weeks" value={formatPoints(quote.elapsed_basis_points)} />
      <Term
        label="Credits used"
        note={`three quarters of plan credits (${spent(quote.main)}) and a quarter of backup (${spent(quote.backup)})`}
        value={formatPoints(quote.used_basis_points)}
      />
      <Term label="Minimum" value={formatPoints(quote.floor_basis_points)} />
      <Term
        label="Counts as consumed"
        note={`the largest of the three: ${deciderWords[quote.decided_by]}`}
        value={formatPoints(quote.consumed_basis_points)}
      />
    </>
  );
}

function Credit({ quote }: { quote: SwitchQuoteView }) {
  const { from, to, capped } = quote;
  return (
    <>
      <Term label={`Paid for ${from.plan_name}`} value={formatBalance(from.paid_usd)} />
      <Term label="Unused share of it" value={formatBalance(quote.uncapped_credit_usd)} />
      <Term
        label="Price difference"
        note={capped ? 'the credit is never more than that' : undefined}
        value={formatBalance(subtract(to.price_usd, from.paid_usd))}
      />
      <Term label="Credit to your wallet" value={formatBalance(quote.credit_usd)} strong />
      {!isZero(quote.paid_ahead_credit_usd) && (
        <Term
          label="For passes paid ahead"
          note="goes to your wallet too, in full"
          value={formatBalance(quote.paid_ahead_credit_usd)}
          strong
        />
      )}
    </>
  );
}

/** Every term of what leaving the plan now credits. */
export function QuoteTerms({ quote }: { quote: SwitchQuoteView }) {
  const zero = zeroWords(quote);
  return (
    <Stack gap="sm">
      <Table aria-label="How the credit comes about" data-testid="quote-terms" verticalSpacing={6}>
        <Table.Tbody>
          <Consumed quote={quote} />
          <Credit quote={quote} />
          <Term
            label={`You pay now for ${quote.to.plan_name}`}
            value={formatBalance(quote.to.price_usd)}
            strong
          />
        </Table.Tbody>
      </Table>
      {zero && (
        <Alert
          color="yellow"
          p="sm"
          icon={<IconInfoCircle size={20} aria-hidden />}
          data-testid="zero-credit"
        >
          <Text size="sm">{zero}</Text>
        </Alert>
      )}
      <Text size="xs" c="dimmed">
        {formatCredits(quote.lost_main_credits)} plan credits and {formatCredits(quote.lost_backup_credits)}{' '}
        backup credits of {quote.from.plan_name} end when the new plan begins.
      </Text>
    </Stack>
  );
}
