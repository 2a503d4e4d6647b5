import { Button, Card, Stack } from '@mantine/core';
import { IconChartBar, IconDownload } from '@tabler/icons-react';
import { getRouteApi } from '@tanstack/react-router';
import { useMe } from '../api/account.ts';
import { type UsageFilter, usageCsvAddress, useUsage } from '../api/usage.ts';
import { CallDrawer } from '../components/call-drawer.tsx';
import { EmptyNote } from '../components/empty-note.tsx';
import { LoadMore } from '../components/load-more.tsx';
import { Page } from '../components/page.tsx';
import { QueryState } from '../components/query-state.tsx';
import { RowsSkeleton } from '../components/skeletons.tsx';
import { UsageFilters, type UsageSearch } from '../components/usage-filters.tsx';
import { UsageList } from '../components/usage-list.tsx';
import { UsageSummary } from '../components/usage-summary.tsx';
import { startOfDay } from '../time.ts';

const route = getRouteApi('/shell/usage');

function asFilter(search: UsageSearch, timeZone: string): UsageFilter {
  return {
    model: search.model,
    key_id: search.key,
    from: search.from && startOfDay(search.from, timeZone),
    to: search.to && startOfDay(search.to, timeZone, 1),
  };
}

function NoCalls({ filtered }: { filtered: boolean }) {
  return (
    <EmptyNote
      icon={IconChartBar}
      title={filtered ? 'No call matches' : 'No calls yet'}
      description={
        filtered
          ? 'Choose other days, another model or another key.'
          : 'Each call through the proxy is listed here with its tokens and its exact charge.'
      }
    />
  );
}

function UsageLog({ filter }: { filter: UsageFilter }) {
  const query = useUsage(filter);
  const filtered = Object.values(filter).some(Boolean);
  return (
    <QueryState
      query={query}
      skeleton={<RowsSkeleton rows={8} />}
      empty={{ when: ({ pages }) => pages[0]?.items.length === 0, show: <NoCalls filtered={filtered} /> }}
    >
      {({ pages }) => (
        <>
          <UsageList events={pages.flatMap((page) => page.items)} />
          <LoadMore query={query} />
        </>
      )}
    </QueryState>
  );
}

/** The browser downloads it itself: it may be larger than what a page could hold. */
function ExportButton({ filter }: { filter: UsageFilter }) {
  return (
    <Button
      component="a"
      href={usageCsvAddress(filter)}
      download="usage.csv"
      variant="default"
      leftSection={<IconDownload size={16} aria-hidden />}
    >
      Export CSV
    </Button>
  );
}

export function UsagePage() {
  const search = route.useSearch();
  const { time_zone } = useMe();
  const filter = asFilter(search, time_zone);
  const navigate = route.useNavigate();
  const change = (next: UsageSearch) =>
    void navigate({ search: { ...search, ...next }, replace: true, resetScroll: false });
  return (
    <Page
      title="Usage"
      lead="Every call through the proxy, what it used and what it cost."
      actions={<ExportButton filter={filter} />}
    >
      <UsageSummary filter={filter} />
      <Card>
        <Stack gap="lg">
          <UsageFilters search={search} onChange={change} />
          <UsageLog filter={filter} />
        </Stack>
      </Card>
      <CallDrawer traceId={search.call} onClose={() => change({ call: undefined })} />
    </Page>
  );
}
