import { EmptyState } from '@mantine/core';
import type { TablerIcon } from '@tabler/icons-react';
import type { ReactNode } from 'react';

export interface EmptyNoteProps {
  icon: TablerIcon;
  title: string;
  description: string;
  action?: ReactNode;
}

export function EmptyNote({ icon: Icon, title, description, action }: EmptyNoteProps) {
  return (
    <EmptyState
      py="lg"
      variant="light"
      icon={<Icon stroke={1.5} aria-hidden />}
      title={title}
      description={description}
    >
      {action && <EmptyState.Actions>{action}</EmptyState.Actions>}
    </EmptyState>
  );
}
