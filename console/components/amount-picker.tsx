import { Radio, Stack, Text, TextInput } from '@mantine/core';
import type { RefObject } from 'react';
import type { TopUpMethod } from '../api/top-ups.ts';
import { formatShort } from '../money.ts';
import styles from '../styles/choice.module.css';
import { ChoiceCard } from './choice-card.tsx';

export interface PresetsProps {
  presets: readonly string[];
  value: string;
  onChange: (amount: string) => void;
}

export function PresetAmounts({ presets, value, onChange }: PresetsProps) {
  return (
    <Radio.Group label="Amount" value={value} onChange={onChange}>
      <div className={styles.presets}>
        {presets.map((amount) => (
          <ChoiceCard key={amount} value={amount} among={presets} chosen={value} className={styles.preset}>
            {formatShort(amount)}
          </ChoiceCard>
        ))}
      </div>
    </Radio.Group>
  );
}

export interface AmountPickerProps {
  method: TopUpMethod;
  preset: string;
  setPreset: (amount: string) => void;
  typed: string;
  setTyped: (text: string) => void;
  problem: string | undefined;
  fieldRef: RefObject<HTMLInputElement | null>;
  onTouched: () => void;
}

/** What is typed counts; a chosen preset empties the field. */
export function AmountPicker(props: AmountPickerProps) {
  const { method, preset, setPreset, typed, setTyped, problem, fieldRef, onTouched } = props;
  const choose = (amount: string) => {
    setPreset(amount);
    setTyped('');
    onTouched();
  };
  const type = (text: string) => {
    setTyped(text);
    onTouched();
  };
  return (
    <Stack gap="sm">
      <PresetAmounts
        presets={method.presets_usd}
        value={typed.trim() === '' ? preset : ''}
        onChange={choose}
      />
      <TextInput
        ref={fieldRef}
        label="Or another amount"
        description={`In US dollars, from ${formatShort(method.minimum_usd)} to ${formatShort(method.maximum_usd)}`}
        placeholder="0.00"
        inputMode="decimal"
        autoComplete="off"
        maxLength={14}
        leftSection={<Text c="dimmed">$</Text>}
        value={typed}
        error={problem}
        onChange={(event) => type(event.currentTarget.value)}
      />
    </Stack>
  );
}
