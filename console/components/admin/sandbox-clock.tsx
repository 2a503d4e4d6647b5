import { Button, Group, Loader, Stack, Text, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import type { SandboxAccount } from '../../../api/schemas/admin-subscriptions.ts';
import { fieldProblem } from '../../api/request.ts';
import { useAdvance } from '../../api/sandbox.ts';
import styles from '../../styles/admin.module.css';
import { addMonths, formatPrecise, localInput, momentOf } from '../../time.ts';
import { ErrorPanel } from '../error-panel.tsx';

// Just after it fell due: what happens then has happened on arrival.
const AFTER_MS = 60_000;

function justAfter(iso: string): string {
  return new Date(Date.parse(iso) + AFTER_MS).toISOString();
}

function Progress({ sandbox }: { sandbox: SandboxAccount }) {
  const { now, running, moving_to, time_zone } = sandbox;
  return (
    <div role="status">
      <Group gap="sm">
        <Text className={styles.clock} data-testid="sandbox-now">
          {formatPrecise(now, time_zone)}
        </Text>
        {running && <Loader size="xs" aria-hidden />}
      </Group>
      <Text size="sm" c="dimmed">
        {running && moving_to
          ? `On its way to ${formatPrecise(moving_to, time_zone)}: what falls due is done on the way.`
          : `The account's own time. Its zone is ${time_zone}.`}
      </Text>
    </div>
  );
}

interface MoveProps {
  sandbox: SandboxAccount;
  moving: boolean;
  problem: string | undefined;
  onMove: (to: string) => void;
}

function DateForm({ sandbox, moving, problem, onMove }: MoveProps) {
  const { now, time_zone } = sandbox;
  const [local, setLocal] = useState(() => localInput(addMonths(now, 1), time_zone));
  const to = momentOf(local, time_zone);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (to) onMove(to);
  };
  return (
    <form onSubmit={submit} className={styles.search}>
      <TextInput
        type="datetime-local"
        label="Move its time to"
        description={`In ${time_zone}; at most two years on`}
        value={local}
        min={localInput(now, time_zone)}
        error={problem}
        onChange={(event) => setLocal(event.currentTarget.value)}
      />
      <Button type="submit" disabled={!to || moving}>
        Move
      </Button>
    </form>
  );
}

export interface SandboxClockProps {
  sandbox: SandboxAccount;
  /** What the plan waits for; null: nothing falls due. */
  next: { label: string; at: string } | null;
}

/** The clock of one account, and the ways to move it on. Time never goes back. */
export function SandboxClock({ sandbox, next }: SandboxClockProps) {
  const advance = useAdvance(sandbox.account_id);
  const moving = sandbox.running || advance.isPending;
  const problem = fieldProblem(advance.error, 'to');
  const quick = [
    { label: next?.label ?? 'To the next renewal', to: next && justAfter(next.at) },
    { label: 'A month on', to: addMonths(sandbox.now, 1) },
    { label: 'A year on', to: addMonths(sandbox.now, 12) },
  ];
  const move = (to: string) => advance.mutate(to);
  return (
    <Stack>
      <Progress sandbox={sandbox} />
      <Group gap="xs">
        {quick.map(({ label, to }) => (
          <Button
            key={label}
            size="xs"
            variant="default"
            disabled={moving || !to}
            onClick={() => to && move(to)}
          >
            {label}
          </Button>
        ))}
      </Group>
      {/* Proposes a month on from wherever its time has got to. */}
      <DateForm
        key={sandbox.ahead_seconds}
        sandbox={sandbox}
        moving={moving}
        problem={problem}
        onMove={move}
      />
      {advance.error && !problem && <ErrorPanel error={advance.error} title="Its time was not moved" />}
    </Stack>
  );
}
