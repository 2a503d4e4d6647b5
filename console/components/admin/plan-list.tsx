import { Badge, Button, Group, Modal, Table } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useState } from 'react';
import type { AdminPlanWithHistory } from '../../api/admin-plans.ts';
import { formatCredits } from '../../credits.ts';
import { formatBalance } from '../../money.ts';
import styles from '../../styles/list.module.css';
import { PlanForm } from './plan-form.tsx';
import { PlanVersions } from './plan-versions.tsx';

function EditPlan({ plan }: { plan: AdminPlanWithHistory }) {
  const [opened, { open, close }] = useDisclosure(false);
  // The terms that the admin sees: another edit that comes between is refused, not put under the hands.
  const [seen, setSeen] = useState(plan);
  const openFresh = () => {
    setSeen(plan);
    open();
  };
  return (
    <>
      <Button size="xs" variant="subtle" aria-label={`Edit ${plan.name}`} onClick={openFresh}>
        Edit
      </Button>
      <Modal
        opened={opened}
        onClose={close}
        title={`Edit ${plan.name}`}
        size="xl"
        closeOnClickOutside={false}
      >
        <PlanForm key={seen.version} plan={seen} onSaved={close} onReload={() => setSeen(plan)} />
      </Modal>
    </>
  );
}

function History({ plan }: { plan: AdminPlanWithHistory }) {
  const [opened, { open, close }] = useDisclosure(false);
  return (
    <>
      <Button size="xs" variant="subtle" aria-label={`Versions of ${plan.name}`} onClick={open}>
        Versions
      </Button>
      <Modal opened={opened} onClose={close} title={`Versions of ${plan.name}`} size="64rem">
        <PlanVersions versions={plan.history} />
      </Modal>
    </>
  );
}

function PlanRow({ plan }: { plan: AdminPlanWithHistory }) {
  return (
    <Table.Tr>
      <Table.Th scope="row" fz="sm">
        {plan.name}{' '}
        <Badge color={plan.enabled ? 'petrol' : 'gray'} tt="none" className={styles.badge}>
          {plan.enabled ? 'Sold' : 'Not sold'}
        </Badge>
      </Table.Th>
      <Table.Td ta="right">{formatBalance(plan.price_usd)}</Table.Td>
      <Table.Td ta="right">
        {formatCredits(plan.base_credits)} + {plan.bonus_percent}%
      </Table.Td>
      <Table.Td ta="right">{formatCredits(plan.backup_credits)}</Table.Td>
      <Table.Td ta="right">{plan.version}</Table.Td>
      <Table.Td>
        <Group gap={4} justify="flex-end" wrap="nowrap">
          <EditPlan plan={plan} />
          <History plan={plan} />
        </Group>
      </Table.Td>
    </Table.Tr>
  );
}

/** A plain table; on a narrow screen it scrolls in its own frame. */
export function AdminPlanList({ plans }: { plans: readonly AdminPlanWithHistory[] }) {
  return (
    <Table.ScrollContainer minWidth={640}>
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Plan</Table.Th>
            <Table.Th ta="right">Price</Table.Th>
            <Table.Th ta="right">Base and bonus</Table.Th>
            <Table.Th ta="right">Backup</Table.Th>
            <Table.Th ta="right">Version</Table.Th>
            <Table.Th aria-label="Actions" />
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {plans.map((plan) => (
            <PlanRow key={plan.id} plan={plan} />
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
