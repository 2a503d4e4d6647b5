import { Table, Text } from '@mantine/core';
import type { OfferedPlan, PlanOffer } from '../../../api/schemas/subscriptions.ts';
import { formatShort } from '../../money.ts';
import { type Buys, type PlanFact, planFacts } from '../../plans.ts';
import styles from '../../styles/plans.module.css';
import { PlanButtons } from './plan-buttons.tsx';

export interface PlansProps {
  offer: PlanOffer;
  onChoose: (plan: OfferedPlan, as: Buys) => void;
}

export function Price({ plan }: { plan: OfferedPlan }) {
  return (
    <div>
      <Text span className={styles.price}>
        {formatShort(plan.price_usd)}
      </Text>{' '}
      <Text span size="xs" c="dimmed">
        a month
      </Text>
    </div>
  );
}

function FactRow({ fact, offer }: { fact: PlanFact; offer: PlanOffer }) {
  return (
    <Table.Tr>
      <Table.Th scope="row" className={styles.label}>
        {fact.label}
        {fact.note && <span className={styles.note}>{fact.note}</span>}
      </Table.Th>
      {offer.items.map((plan) => {
        const { value, note } = fact.of(plan);
        return (
          <Table.Td key={plan.id} data-current={plan.id === offer.current_plan_id || undefined}>
            {value}
            {note && <span className={styles.note}>{note}</span>}
          </Table.Td>
        );
      })}
    </Table.Tr>
  );
}

/** All plans side by side, for wide screens. */
export function PlanTable({ offer, onChoose }: PlansProps) {
  return (
    <Table className={styles.table} layout="fixed" horizontalSpacing={8}>
      <caption className={styles.caption}>Plans compared</caption>
      <Table.Thead>
        <Table.Tr>
          <Table.Td className={styles.label} />
          {offer.items.map((plan) => (
            <Table.Th
              key={plan.id}
              scope="col"
              className={styles.head}
              data-current={plan.id === offer.current_plan_id || undefined}
            >
              <Text fw={640} fz="md" c="var(--mantine-color-text)">
                {plan.name}
              </Text>
              <Price plan={plan} />
            </Table.Th>
          ))}
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        <Table.Tr>
          <Table.Td className={styles.label} />
          {offer.items.map((plan) => (
            <Table.Td key={plan.id} data-current={plan.id === offer.current_plan_id || undefined}>
              <PlanButtons plan={plan} offer={offer} onChoose={onChoose} />
            </Table.Td>
          ))}
        </Table.Tr>
        {planFacts.map((fact) => (
          <FactRow key={fact.label} fact={fact} offer={offer} />
        ))}
      </Table.Tbody>
    </Table>
  );
}
