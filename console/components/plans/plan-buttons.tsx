import { Badge, Button, Stack } from '@mantine/core';
import type { OfferedPlan, PlanOffer } from '../../../api/schemas/subscriptions.ts';
import { actionWords, type Buys, passWords } from '../../plans.ts';
import { useResume } from './cancel-plan.tsx';

export interface PlanButtonsProps {
  plan: OfferedPlan;
  offer: Pick<PlanOffer, 'current_plan_id' | 'scheduled_plan_id'>;
  onChoose: (plan: OfferedPlan, as: Buys) => void;
}

function Resume({ plan }: { plan: OfferedPlan }) {
  const resume = useResume(plan.name);
  return (
    <Button size="xs" loading={resume.isPending} onClick={resume.ask} aria-label={`Resume ${plan.name}`}>
      {actionWords.resume}
    </Button>
  );
}

function PlanButton({ plan, offer, onChoose }: PlanButtonsProps) {
  const { action } = plan;
  if (action === 'none') return null;
  if (action === 'resume') return <Resume plan={plan} />;
  if (action === 'current') {
    return (
      <Badge size="lg" tt="none" fw={600} mih={30}>
        {actionWords.current}
      </Badge>
    );
  }
  // The pass of this plan runs: it is no better plan, it goes on by itself.
  const label = plan.id === offer.current_plan_id ? 'Make it renew' : actionWords[action];
  return (
    <Button
      size="xs"
      variant={action === 'downgrade' ? 'default' : 'filled'}
      aria-label={`${label}: ${plan.name}`}
      onClick={() => onChoose(plan, 'plan')}
    >
      {label}
    </Button>
  );
}

/** What can be done with a plan, as one that renews and as a pass. */
export function PlanButtons(props: PlanButtonsProps) {
  const { plan, offer, onChoose } = props;
  const pass = passWords[plan.pass_action];
  return (
    <Stack gap={4} align="stretch">
      {plan.id === offer.scheduled_plan_id && (
        <Badge color="blue" tt="none" fw={600}>
          Begins next
        </Badge>
      )}
      <PlanButton {...props} />
      {pass && (
        <Button
          size="compact-xs"
          variant="subtle"
          aria-label={`${pass}: ${plan.name}`}
          onClick={() => onChoose(plan, 'pass')}
        >
          {pass}
        </Button>
      )}
    </Stack>
  );
}
