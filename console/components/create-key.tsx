import { Button, Modal } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconPlus } from '@tabler/icons-react';
import { useCreateKey } from '../api/keys.ts';
import { emptyFields, toNewKey } from '../key-fields.ts';
import { KeyForm } from './key-form.tsx';
import { NewKey } from './new-key.tsx';

/** The dialog that makes a key and shows it, once. A click beside it must not lose the key. */
export function CreateKey() {
  const [opened, { open, close }] = useDisclosure(false);
  const create = useCreateKey();
  const created = create.data;
  const openFresh = () => {
    create.reset();
    open();
  };
  return (
    <>
      <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={openFresh}>
        Create key
      </Button>
      <Modal
        opened={opened}
        onClose={close}
        onExitTransitionEnd={create.reset}
        title={created ? 'Your new key' : 'Create an API key'}
        closeOnClickOutside={!created}
      >
        {created ? (
          <NewKey created={created} onDone={close} />
        ) : (
          <KeyForm
            initial={emptyFields}
            action="Create key"
            failure="The key was not created"
            error={create.error}
            sending={create.isPending}
            onSubmit={(fields) => create.mutate(toNewKey(fields))}
          />
        )}
      </Modal>
    </>
  );
}
