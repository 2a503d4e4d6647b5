import { Button, Group, Select, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import type { Me } from '../../api/schemas/account.ts';
import { useChangeAccount } from '../api/account.ts';
import { fieldProblem } from '../api/request.ts';
import { ErrorPanel } from './error-panel.tsx';

function timeZones(current: string): string[] {
  return [...new Set(['UTC', current, ...Intl.supportedValuesOf('timeZone')])];
}

function usePreferences(me: Me) {
  const change = useChangeAccount();
  const form = useForm({
    initialValues: { name: me.name, time_zone: me.time_zone },
    validate: { name: (text) => (text.trim() === '' ? 'Tell us how to address you' : null) },
  });
  const submit = form.onSubmit((fields) =>
    change.mutate(fields, { onSuccess: () => form.resetDirty(fields) }),
  );
  const field = (name: 'name' | 'time_zone') => {
    const props = form.getInputProps(name);
    return { ...props, error: props.error ?? fieldProblem(change.error, name) };
  };
  return { form, submit, field, change };
}

export function Preferences({ me }: { me: Me }) {
  const { form, submit, field, change } = usePreferences(me);
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        <TextInput label="Name" autoComplete="name" maxLength={120} {...field('name')} />
        <Select
          label="Time zone"
          description="Times are shown in it, and your day begins at its midnight"
          searchable
          allowDeselect={false}
          nothingFoundMessage="No such time zone"
          data={timeZones(me.time_zone)}
          {...field('time_zone')}
        />
        <Select
          label="Display currency"
          description="Balances are kept and shown in US dollars; no exchange rates are set up here"
          data={[{ value: 'USD', label: 'US dollar' }]}
          value="USD"
          disabled
        />
        {change.error && <ErrorPanel error={change.error} title="This could not be saved" />}
        <Group>
          <Button type="submit" loading={change.isPending} disabled={!form.isDirty()}>
            Save
          </Button>
          <Text size="sm" c="dimmed" role="status">
            {change.isSuccess && !form.isDirty() ? 'Saved' : ''}
          </Text>
        </Group>
      </Stack>
    </form>
  );
}
