import { Alert, Button, Code, Group, Stack, Text } from '@mantine/core';
import { IconEye } from '@tabler/icons-react';
import type { CreatedKey } from '../api/keys.ts';
import { CopyButton } from './copy-value.tsx';

export function NewKey({ created, onDone }: { created: CreatedKey; onDone: () => void }) {
  return (
    <Stack>
      <Alert color="yellow" icon={<IconEye size={20} aria-hidden />}>
        Copy it now: it is shown this once and cannot be looked up later.
      </Alert>
      <div>
        <Text size="sm" fw={550} mb={4}>
          {created.name}
        </Text>
        <Group gap="xs" wrap="nowrap">
          <Code
            block
            flex={1}
            data-testid="new-key"
            style={{ whiteSpace: 'pre-wrap', wordBreak: 'break-all' }}
          >
            {created.key}
          </Code>
          <CopyButton label="key" value={created.key} />
        </Group>
      </div>
      <Button onClick={onDone}>I have stored it</Button>
    </Stack>
  );
}
