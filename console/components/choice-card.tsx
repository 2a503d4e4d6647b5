import { Radio } from '@mantine/core';
import type { ReactNode } from 'react';

export interface ChoiceCardProps {
  value: string;
  className: string | undefined;
  /** All values of the group, in order, and the chosen one. */
  among: readonly string[];
  chosen: string;
  children: ReactNode;
}

/** One stop for Tab in the whole group; the arrows go on from there, as in every group of radio buttons. */
export function ChoiceCard({ value, className, among, chosen, children }: ChoiceCardProps) {
  const stop = among.includes(chosen) ? chosen : among[0];
  return (
    <Radio.Card value={value} className={className ?? ''} tabIndex={value === stop ? 0 : -1}>
      {children}
    </Radio.Card>
  );
}
