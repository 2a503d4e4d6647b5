import { Button, Stack, Text } from '@mantine/core';
import { type FormEvent, useRef, useState } from 'react';
import { fieldProblem } from '../api/request.ts';
import { type TopUpMethod, topUpWish } from '../api/top-ups.ts';
import { formatExact, readAmount } from '../money.ts';
import { AmountPicker } from './amount-picker.tsx';
import { ErrorPanel } from './error-panel.tsx';
import { MethodPicker } from './method-picker.tsx';
import { usePaymentIntent } from './payment-intent.ts';

function useChoice(methods: readonly TopUpMethod[], first: TopUpMethod) {
  const [name, setName] = useState(first.method);
  const method = methods.find((candidate) => candidate.method === name) ?? first;
  const [preset, setPreset] = useState(method.presets_usd[1] ?? method.presets_usd[0] ?? '');
  const [typed, setTyped] = useState('');
  const reading = readAmount(typed.trim() === '' ? preset : typed, method.minimum_usd, method.maximum_usd);
  return { method, setName, preset, setPreset, typed, setTyped, reading };
}

/** The field that the server names gets its message; anything else is about the whole attempt. */
function splitError(error: unknown) {
  const field = fieldProblem(error, 'amount_usd');
  return { field, other: field === undefined ? error : null };
}

export function TopUpForm({ methods, first }: { methods: readonly TopUpMethod[]; first: TopUpMethod }) {
  const { method, setName, reading, ...amount } = useChoice(methods, first);
  const { submit, reset, error, sending } = usePaymentIntent();
  const [complaint, setComplaint] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  const refused = splitError(error);

  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    if (sending) return;
    setComplaint(!reading.ok);
    if (reading.ok) submit(topUpWish(method.method, reading.amount));
    else field.current?.focus();
  };
  const onChange = () => {
    setComplaint(false);
    reset();
  };
  const problem = complaint && !reading.ok ? reading.message : refused.field;
  return (
    <form onSubmit={onSubmit} noValidate>
      <Stack gap="lg">
        <MethodPicker methods={methods} value={method.method} onChange={setName} />
        <AmountPicker {...amount} method={method} problem={problem} fieldRef={field} onTouched={onChange} />
        {Boolean(refused.other) && <ErrorPanel error={refused.other} title="The top-up was not started" />}
        <Stack gap={6}>
          <Button type="submit" size="md" loading={sending} fullWidth>
            {reading.ok ? `Top up ${formatExact(reading.amount)}` : 'Top up'}
          </Button>
          <Text size="xs" c="dimmed" ta="center">
            You pay on the payment provider's page and come back here.
          </Text>
        </Stack>
      </Stack>
    </form>
  );
}
