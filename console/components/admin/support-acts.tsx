import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { type FormEvent, useState } from 'react';
import { type SupportAct, useSupportAct } from '../../api/support.ts';
import { told } from '../../notices.ts';
import { ErrorPanel } from '../error-panel.tsx';

const acts: Record<SupportAct, { label: string; explains: string; done: string }> = {
  retry: {
    label: 'Retry the charge',
    explains: 'Charges the saved card now, whatever the ladder says. Never while a charge is undecided.',
    done: 'The card was asked; the periods below say what it answered.',
  },
  skip: {
    label: 'Skip the period',
    explains: 'The next period begins unpaid and without credits. The calendar is kept.',
    done: 'The next period has begun without credits.',
  },
  grant: {
    label: 'Grant the period',
    explains: 'Counts the next period as paid, with all its credits. The reason is the evidence.',
    done: 'The period counts as paid.',
  },
};

interface ActProps {
  accountId: string;
  act: SupportAct;
}

function ActForm({ accountId, act, onClose }: ActProps & { onClose: () => void }) {
  const [reason, setReason] = useState('');
  const ask = useSupportAct(accountId);
  const { label, explains, done } = acts[act];
  const onSuccess = () => {
    onClose();
    told(label, done);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    ask.mutate({ act, reason }, { onSuccess });
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <Text size="sm">{explains}</Text>
        <TextInput
          label="Reason"
          description="Goes to the audit log"
          required
          maxLength={500}
          data-autofocus
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
        {ask.error && <ErrorPanel error={ask.error} title="Nothing was done" />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Leave it
          </Button>
          <Button type="submit" loading={ask.isPending}>
            {label}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function ActButton(props: ActProps) {
  const [opened, { open, close }] = useDisclosure(false);
  const { label } = acts[props.act];
  return (
    <>
      <Button size="xs" variant="default" onClick={open}>
        {label}
      </Button>
      <Modal opened={opened} onClose={close} title={label}>
        <ActForm {...props} onClose={close} />
      </Modal>
    </>
  );
}

/** What support can do about a period that is stuck. */
export function SupportActs({ accountId }: { accountId: string }) {
  return (
    <Group gap="xs">
      {(Object.keys(acts) as SupportAct[]).map((act) => (
        <ActButton key={act} accountId={accountId} act={act} />
      ))}
    </Group>
  );
}
