import { Card } from '@mantine/core';
import { IconKey } from '@tabler/icons-react';
import { useKeys } from '../api/keys.ts';
import { CreateKey } from '../components/create-key.tsx';
import { EmptyNote } from '../components/empty-note.tsx';
import { KeyList } from '../components/key-list.tsx';
import { Page } from '../components/page.tsx';
import { QueryState } from '../components/query-state.tsx';
import { RowsSkeleton } from '../components/skeletons.tsx';

export function KeysPage() {
  const query = useKeys();
  return (
    <Page
      title="API keys"
      lead="A key lets a program call the proxy and spend your balance."
      actions={<CreateKey />}
    >
      <Card>
        <QueryState
          query={query}
          skeleton={<RowsSkeleton />}
          empty={{
            when: (keys) => keys.length === 0,
            show: (
              <EmptyNote
                icon={IconKey}
                title="No keys yet"
                description="Create one to make your first call. One key for each program makes the usage log easy to read."
              />
            ),
          }}
        >
          {(keys) => <KeyList keys={keys} />}
        </QueryState>
      </Card>
    </Page>
  );
}
