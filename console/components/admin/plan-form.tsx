import { Button, Group, Select, SimpleGrid, Stack, Switch, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import type { AdminPlan } from '../../../api/schemas/plans.ts';
import { useChangePlan } from '../../api/admin-plans.ts';
import { ApiError, fieldProblem } from '../../api/request.ts';
import { told } from '../../notices.ts';
import { type PlanFields, planFieldsOf, toPlanChange } from '../../plan-fields.ts';
import { ErrorPanel } from '../error-panel.tsx';

type TextName = Exclude<keyof PlanFields, 'enabled' | 'backupRefill' | 'budgetBy' | 'access'>;

/** What the api calls a field. */
const params: Partial<Record<keyof PlanFields, string[]>> = {
  name: ['name'],
  price: ['price_usd'],
  passPrice: ['pass_price_usd'],
  base: ['base_credits'],
  bonus: ['bonus_percent'],
  backupFactor: ['backup_factor'],
  dailyCredits: ['daily_cap_credits'],
  dailyRequests: ['daily_cap_requests'],
  weeklyCredits: ['weekly_cap_credits'],
  budget: ['budget_factor', 'budget_usd'],
  requests: ['requests_per_minute'],
  tokens: ['tokens_per_minute'],
  reason: ['reason'],
};

const texts: { name: TextName; label: string; description: string }[] = [
  { name: 'name', label: 'Name', description: 'As customers see it' },
  { name: 'price', label: 'Price a month', description: 'US dollars' },
  { name: 'passPrice', label: 'Price of a pass', description: 'Empty: not sold as a pass' },
  { name: 'base', label: 'Base credits', description: 'Granted each period' },
  { name: 'bonus', label: 'Bonus', description: 'Percent of the base credits' },
  { name: 'backupFactor', label: 'Backup', description: 'Times the base credits' },
  { name: 'dailyCredits', label: 'Daily cap, credits', description: 'Empty: none' },
  { name: 'weeklyCredits', label: 'Weekly cap, credits', description: 'Empty: none' },
  { name: 'dailyRequests', label: 'Daily cap, requests', description: 'Empty: none' },
  { name: 'requests', label: 'Requests a minute', description: 'Empty: no limit' },
  { name: 'tokens', label: 'Tokens a minute', description: 'Empty: no limit' },
  { name: 'budget', label: 'Usage budget', description: 'Empty: none' },
];

const isConflict = (error: unknown) => error instanceof ApiError && error.code === 'conflict';

function usePlanForm(plan: AdminPlan, onSaved: () => void) {
  const change = useChangePlan(plan.id);
  const form = useForm<PlanFields>({
    initialValues: planFieldsOf(plan),
    validate: {
      reason: (text) => (text.trim() === '' ? 'Say why: it goes to the audit log' : null),
      bonus: (text) => (/^\d{1,4}$/.test(text.trim()) ? null : 'Write a whole percentage'),
    },
  });
  const submit = form.onSubmit((fields) => {
    const body = toPlanChange(plan, fields);
    if (!body) return form.setFieldError('reason', 'Nothing was changed');
    change.mutate(body, {
      onSuccess: ({ name, message }) => {
        onSaved();
        told(`${name} changed`, message);
      },
    });
  });
  const field = (name: keyof PlanFields) => {
    const props = form.getInputProps(name);
    const problem = (params[name] ?? []).map((param) => fieldProblem(change.error, param)).find(Boolean);
    return { ...props, error: props.error ?? problem };
  };
  const beside = (Object.keys(params) as (keyof PlanFields)[]).some((name) =>
    params[name]?.some((param) => fieldProblem(change.error, param)),
  );
  return { form, submit, field, change, beside };
}

function Choices({ field }: { field: ReturnType<typeof usePlanForm>['field'] }) {
  return (
    <>
      <Select
        label="Budget counts"
        description="The amount above is"
        data={[
          { value: 'factor', label: 'times the price' },
          { value: 'usd', label: 'US dollars' },
        ]}
        allowDeselect={false}
        {...field('budgetBy')}
      />
      <Select
        label="Backup is filled up"
        description="At a renewal"
        data={[
          { value: 'every_period', label: 'every period' },
          { value: 'once', label: 'once' },
        ]}
        allowDeselect={false}
        {...field('backupRefill')}
      />
      <Select
        label="Models"
        description="That the plan pays"
        data={[
          { value: 'all', label: 'all models' },
          { value: 'free', label: 'free models' },
        ]}
        allowDeselect={false}
        {...field('access')}
      />
    </>
  );
}

export interface PlanFormProps {
  plan: AdminPlan;
  onSaved: () => void;
  /** Somebody else's edit came between: begin again from it. */
  onReload: () => void;
}

/** Every term of a plan; a save is a new version of them. */
export function PlanForm({ plan, onSaved, onReload }: PlanFormProps) {
  const { form, submit, field, change, beside } = usePlanForm(plan, onSaved);
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        <SimpleGrid cols={{ base: 1, xs: 2, sm: 3 }} spacing="sm">
          {texts.map(({ name, label, description }) => (
            <TextInput key={name} label={label} description={description} maxLength={60} {...field(name)} />
          ))}
          <Choices field={field} />
        </SimpleGrid>
        <Switch
          label="Sold"
          description="Who has it keeps it"
          {...form.getInputProps('enabled', { type: 'checkbox' })}
        />
        <TextInput
          label="Reason"
          description="Goes to the audit log"
          required
          maxLength={500}
          {...field('reason')}
        />
        {change.error && !beside && <ErrorPanel error={change.error} title="The plan was not changed" />}
        <Group justify="flex-end">
          {isConflict(change.error) && (
            <Button variant="default" onClick={onReload}>
              Load the new terms
            </Button>
          )}
          <Button type="submit" loading={change.isPending}>
            Save as a new version
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
