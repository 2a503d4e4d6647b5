import { Card, Group, Title } from '@mantine/core';
import type { OfferedPlan } from '../../../api/schemas/subscriptions.ts';
import { planFacts } from '../../plans.ts';
import styles from '../../styles/plans.module.css';
import { PlanButtons } from './plan-buttons.tsx';
import { type PlansProps, Price } from './plan-table.tsx';

function PlanFacts({ plan }: { plan: OfferedPlan }) {
  return (
    <dl className={styles.facts}>
      {planFacts.map((fact) => {
        const { value, note } = fact.of(plan);
        return (
          <div key={fact.label} className={styles.fact}>
            <dt>{fact.label}</dt>
            <dd>
              {value}
              {note && <span className={styles.note}>{note}</span>}
            </dd>
          </div>
        );
      })}
    </dl>
  );
}

/** The same, one below the other, where a table has no room. */
export function PlanCards({ offer, onChoose }: PlansProps) {
  return (
    <ul className={styles.cards}>
      {offer.items.map((plan) => (
        <Card key={plan.id} component="li" data-current={plan.id === offer.current_plan_id || undefined}>
          <Group justify="space-between" align="flex-start" wrap="nowrap" mb="sm">
            <div>
              <Title order={3}>{plan.name}</Title>
              <Price plan={plan} />
            </div>
            <PlanButtons plan={plan} offer={offer} onChoose={onChoose} />
          </Group>
          <PlanFacts plan={plan} />
        </Card>
      ))}
    </ul>
  );
}
