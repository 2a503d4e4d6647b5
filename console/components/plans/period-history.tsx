import { Text } from '@mantine/core';
import { usePeriods } from '../../api/plans.ts';
import { QueryState } from '../query-state.tsx';
import { Section } from '../section.tsx';
import { RowsSkeleton } from '../skeletons.tsx';
import { PeriodList } from './period-list.tsx';

export function PeriodHistory() {
  const query = usePeriods();
  return (
    <Section id="history" title="Renewal history">
      <QueryState
        query={query}
        skeleton={<RowsSkeleton rows={3} />}
        empty={{
          when: (periods) => periods.length === 0,
          show: (
            <Text size="sm" c="dimmed">
              No plan yet. Each period of one is listed here, with what it cost and what it granted.
            </Text>
          ),
        }}
      >
        {(periods) => <PeriodList periods={periods} />}
      </QueryState>
    </Section>
  );
}
