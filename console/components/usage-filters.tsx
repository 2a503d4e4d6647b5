import { Button, Select, TextInput } from '@mantine/core';
import { useKeys } from '../api/keys.ts';
import { useModels } from '../api/models.ts';
import styles from '../styles/filters.module.css';

/** As it stands in the address of the page: days of the account's time zone. */
export interface UsageSearch {
  model?: string | undefined;
  key?: string | undefined;
  from?: string | undefined;
  to?: string | undefined;
  call?: string | undefined;
}

export interface UsageFiltersProps {
  search: UsageSearch;
  onChange: (change: UsageSearch) => void;
}

function DayInput({ label, value, onDay }: { label: string; value: string; onDay: (day: string) => void }) {
  return (
    <TextInput
      type="date"
      label={label}
      value={value}
      onChange={(event) => onDay(event.currentTarget.value)}
    />
  );
}

export function UsageFilters({ search, onChange }: UsageFiltersProps) {
  const models = useModels().data ?? [];
  const keys = useKeys().data ?? [];
  const filtered = Boolean(search.model || search.key || search.from || search.to);
  const none = { model: undefined, key: undefined, from: undefined, to: undefined };
  return (
    <search className={styles.filters} aria-label="Filter calls">
      <Select
        label="Model"
        placeholder="All models"
        clearable
        searchable
        data={models.map(({ id }) => id)}
        value={search.model ?? null}
        onChange={(model) => onChange({ model: model ?? undefined })}
      />
      <Select
        label="API key"
        placeholder="All keys"
        clearable
        data={keys.map(({ id, name }) => ({ value: id, label: name }))}
        value={search.key ?? null}
        onChange={(key) => onChange({ key: key ?? undefined })}
      />
      <DayInput
        label="From"
        value={search.from ?? ''}
        onDay={(from) => onChange({ from: from || undefined })}
      />
      <DayInput label="Until" value={search.to ?? ''} onDay={(to) => onChange({ to: to || undefined })} />
      <Button variant="default" disabled={!filtered} onClick={() => onChange(none)}>
        Clear
      </Button>
    </search>
  );
}
