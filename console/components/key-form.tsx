import { Button, Group, MultiSelect, Select, Stack, TagsInput, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useModels } from '../api/models.ts';
import { fieldProblem } from '../api/request.ts';
import { type KeyFields, limitProblem, windowWords } from '../key-fields.ts';
import { ErrorPanel } from './error-panel.tsx';

const expiries = [
  { value: '', label: 'Never' },
  { value: '7', label: 'In 7 days' },
  { value: '30', label: 'In 30 days' },
  { value: '90', label: 'In 90 days' },
  { value: '365', label: 'In a year' },
];
const windows = Object.entries(windowWords).map(([value, label]) => ({ value, label }));

const params: Record<keyof KeyFields, string[]> = {
  name: ['name'],
  expires: ['expires_in_days', 'expires_at'],
  models: ['models'],
  ips: ['ip_ranges'],
  limit: ['spend_limit'],
  window: [],
};

export interface KeyFormProps {
  initial: KeyFields;
  /** How the expiry stands, of a key that exists. */
  kept?: string;
  action: string;
  failure: string;
  error: unknown;
  sending: boolean;
  onSubmit: (fields: KeyFields) => void;
}

function useKeyForm(initial: KeyFields, error: unknown) {
  const form = useForm<KeyFields>({
    initialValues: initial,
    validate: {
      name: (name) => (name.trim() === '' ? 'Give the key a name, to tell it apart later' : null),
      limit: limitProblem,
    },
  });
  const problem = (name: keyof KeyFields) =>
    params[name].map((param) => fieldProblem(error, param)).find(Boolean);
  const field = (name: keyof KeyFields) => {
    const props = form.getInputProps(name);
    return { ...props, error: props.error ?? problem(name) };
  };
  const beside = (Object.keys(params) as (keyof KeyFields)[]).some(problem);
  return { form, field, beside };
}

function LimitFields({ field }: { field: ReturnType<typeof useKeyForm>['field'] }) {
  return (
    <Group align="flex-start" grow preventGrowOverflow={false} wrap="nowrap">
      <TextInput
        label="Spend limit"
        description="US dollars; leave empty for no limit"
        inputMode="decimal"
        leftSection="$"
        {...field('limit')}
      />
      <Select
        label="Limit counts"
        description="Calls above it are refused"
        data={windows}
        allowDeselect={false}
        {...field('window')}
      />
    </Group>
  );
}

/** Everything that can be set on a key, new or not. */
export function KeyForm({ initial, kept, action, failure, error, sending, onSubmit }: KeyFormProps) {
  const { form, field, beside } = useKeyForm(initial, error);
  const models = useModels().data ?? [];
  return (
    <form onSubmit={form.onSubmit(onSubmit)} noValidate>
      <Stack>
        <TextInput label="Name" maxLength={80} data-autofocus required {...field('name')} />
        <Select
          label="Expires"
          data={kept ? [{ value: 'keep', label: kept }, ...expiries] : expiries}
          allowDeselect={false}
          {...field('expires')}
        />
        <LimitFields field={field} />
        <MultiSelect
          label="Models"
          description="Leave empty to allow every model"
          searchable
          clearable
          data={[...new Set([...models.map(({ id }) => id), ...initial.models])]}
          {...field('models')}
        />
        <TagsInput
          label="IP addresses"
          description="Addresses or ranges such as 203.0.113.0/24; leave empty to allow any"
          splitChars={[',', ' ']}
          acceptValueOnBlur
          {...field('ips')}
        />
        {Boolean(error) && !beside && <ErrorPanel error={error} title={failure} />}
        <Button type="submit" loading={sending}>
          {action}
        </Button>
      </Stack>
    </form>
  );
}
