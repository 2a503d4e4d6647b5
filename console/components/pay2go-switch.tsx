import { Stack, Switch, Text } from '@mantine/core';
import type { Me } from '../../api/schemas/account.ts';
import { useChangeAccount } from '../api/account.ts';
import { ErrorPanel } from './error-panel.tsx';

/** Takes effect when it is flicked: a save button beside a switch is one too many. */
export function Pay2GoSwitch({ me }: { me: Me }) {
  const change = useChangeAccount();
  const shown = change.isPending ? change.variables.pay2go : me.pay2go;
  // A disabled switch would lose the focus of who works by keyboard.
  const flick = (pay2go: boolean) => {
    if (!change.isPending) change.mutate({ pay2go });
  };
  return (
    <Stack gap="sm">
      <Switch
        label="Pay for calls from the wallet"
        checked={shown ?? me.pay2go}
        aria-busy={change.isPending}
        onChange={(event) => flick(event.currentTarget.checked)}
      />
      <Text size="sm" c="dimmed">
        {me.pay2go
          ? 'What your plan does not include, and what goes beyond its caps and rate limit, is paid from the wallet. Plan credits are used first.'
          : 'Calls leave the wallet alone: what your plan does not include or goes beyond its limits is refused, and without a plan only free models run.'}
      </Text>
      {change.error && <ErrorPanel error={change.error} title="This could not be saved" />}
    </Stack>
  );
}
