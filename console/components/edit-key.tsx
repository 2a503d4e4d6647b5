import { Button, Modal } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import type { ApiKey } from '../../api/schemas/keys.ts';
import { useMe } from '../api/account.ts';
import { useChangeKey } from '../api/keys.ts';
import { fieldsOf, type KeyFields, toKeyChange } from '../key-fields.ts';
import { told } from '../notices.ts';
import { formatDate } from '../time.ts';
import { KeyForm } from './key-form.tsx';

export function EditKey({ apiKey }: { apiKey: ApiKey }) {
  const { time_zone } = useMe();
  const [opened, { open, close }] = useDisclosure(false);
  const change = useChangeKey(apiKey.id);
  const save = (fields: KeyFields) =>
    change.mutate(toKeyChange(fields, Date.now()), {
      onSuccess: ({ name }) => {
        close();
        told('Key changed', `“${name}” works by its new limits within a second.`);
      },
    });
  const kept = apiKey.expires_at ? `As now: ${formatDate(apiKey.expires_at, time_zone)}` : 'As now: never';
  return (
    <>
      <Button size="xs" variant="subtle" flex="none" aria-label={`Edit ${apiKey.name}`} onClick={open}>
        Edit
      </Button>
      <Modal
        opened={opened}
        onClose={close}
        onExitTransitionEnd={change.reset}
        title={`Edit “${apiKey.name}”`}
        ta="left"
      >
        <KeyForm
          initial={fieldsOf(apiKey)}
          kept={kept}
          action="Save"
          failure="The key was not changed"
          error={change.error}
          sending={change.isPending}
          onSubmit={save}
        />
      </Modal>
    </>
  );
}
