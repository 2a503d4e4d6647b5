import { Button, Stack, Text } from '@mantine/core';
import type { SwitchQuoteView } from '../../../api/schemas/plan-orders.ts';
import { useMe } from '../../api/account.ts';
import { useScheduleSwitch } from '../../api/plans.ts';
import { formatBalance } from '../../money.ts';
import { told } from '../../notices.ts';
import { formatDate } from '../../time.ts';
import { ErrorPanel } from '../error-panel.tsx';

export function SwitchLater({ quote, onDone }: { quote: SwitchQuoteView; onDone: () => void }) {
  const { time_zone } = useMe();
  const schedule = useScheduleSwitch();
  const { to, from } = quote;
  const day = formatDate(quote.period_end, time_zone);
  const payment =
    from.kind === 'pass'
      ? 'We remind you before, and you pay it on a page.'
      : `It is paid as ${from.plan_name} is.`;
  const confirm = () =>
    schedule.mutate(to.plan_id, {
      onSuccess: () => {
        onDone();
        told('Switch planned', `${to.plan_name} begins ${day}. You can undo this until then.`);
      },
    });
  return (
    <Stack gap="md">
      <Text size="sm">
        From {day} on you have {to.plan_name} for {formatBalance(to.price_usd)} a month. {payment} Until then
        you can undo this.
      </Text>
      {schedule.error && <ErrorPanel error={schedule.error} title="The switch was not planned" />}
      <Button loading={schedule.isPending} onClick={confirm} fullWidth>
        Switch at the end of the period
      </Button>
    </Stack>
  );
}
