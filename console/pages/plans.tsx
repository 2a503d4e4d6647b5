import { getRouteApi } from '@tanstack/react-router';
import { Page } from '../components/page.tsx';
import { CardSetupNotice } from '../components/plans/card-setup-notice.tsx';
import { CurrentPlan } from '../components/plans/current-plan.tsx';
import { PeriodHistory } from '../components/plans/period-history.tsx';
import { PlanChoices } from '../components/plans/plan-choice.tsx';
import { SavedCards } from '../components/plans/saved-cards.tsx';

const route = getRouteApi('/shell/plans');

export function PlansPage() {
  const { setup } = route.useSearch();
  return (
    <Page title="Plans" lead="A plan gives credits each month, spent before anything in your wallet.">
      {setup && <CardSetupNotice id={setup} />}
      <CurrentPlan />
      <PlanChoices />
      <PeriodHistory />
      <SavedCards />
    </Page>
  );
}
