import { Card, Group, Title } from '@mantine/core';
import type { ReactNode } from 'react';

export interface SectionProps {
  id: string;
  title: string;
  /** Beside the title: a link or a button. */
  aside?: ReactNode;
  children: ReactNode;
}

/** A card with a heading that names it. */
export function Section({ id, title, aside, children }: SectionProps) {
  return (
    <Card component="section" aria-labelledby={id}>
      <Group justify="space-between" mb="sm">
        <Title order={2} id={id}>
          {title}
        </Title>
        {aside}
      </Group>
      {children}
    </Card>
  );
}
