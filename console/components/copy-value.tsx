import { ActionIcon, Code, Group, Text, Tooltip, VisuallyHidden } from '@mantine/core';
import { useTimeout } from '@mantine/hooks';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import { useState } from 'react';
import { copyText } from '../copy.ts';

type CopyState = 'idle' | 'copied' | 'failed';

function useCopy(value: string) {
  const [state, setState] = useState<CopyState>('idle');
  const { start } = useTimeout(() => setState('idle'), 2500);
  const copy = async () => {
    setState((await copyText(value)) ? 'copied' : 'failed');
    start();
  };
  return { state, copy };
}

const said: Record<CopyState, string> = { idle: '', copied: 'Copied', failed: 'Please copy it by hand' };

export function CopyButton({ label, value }: { label: string; value: string }) {
  const { state, copy } = useCopy(value);
  return (
    <>
      <Tooltip label={said[state] || `Copy ${label}`}>
        <ActionIcon size="md" aria-label={`Copy ${label}`} onClick={() => void copy()}>
          {state === 'copied' ? <IconCheck size={16} aria-hidden /> : <IconCopy size={16} aria-hidden />}
        </ActionIcon>
      </Tooltip>
      <VisuallyHidden role="status">{said[state]}</VisuallyHidden>
    </>
  );
}

export interface CopyValueProps {
  label: string;
  value: string;
  /** The label stands elsewhere on the page already. */
  bare?: boolean;
}

export function CopyValue({ label, value, bare = false }: CopyValueProps) {
  return (
    <Group gap={4} wrap="nowrap" miw={0}>
      {!bare && (
        <Text component="span" size="xs" c="dimmed" flex="none">
          {label}
        </Text>
      )}
      <Code fz="xs" miw={0} style={{ overflowWrap: 'anywhere' }}>
        {value}
      </Code>
      <CopyButton label={label.toLowerCase()} value={value} />
    </Group>
  );
}
