import { Stack, Text } from '@mantine/core';
import { IconClockPlay } from '@tabler/icons-react';
import { getRouteApi } from '@tanstack/react-router';
import type { SandboxAccount } from '../../api/schemas/admin-subscriptions.ts';
import { useSandboxes } from '../api/sandbox.ts';
import { SandboxAccountView } from '../components/admin/sandbox-account.tsx';
import { MakeSandbox, SandboxList } from '../components/admin/sandbox-list.tsx';
import { EmptyNote } from '../components/empty-note.tsx';
import { Page } from '../components/page.tsx';
import { QueryState } from '../components/query-state.tsx';
import { Section } from '../components/section.tsx';
import { CardSkeleton } from '../components/skeletons.tsx';

const route = getRouteApi('/shell/admin/sandbox');

function Chosen({ sandboxes }: { sandboxes: readonly SandboxAccount[] }) {
  const { account } = route.useSearch();
  const sandbox = sandboxes.find(({ account_id }) => account_id === account);
  if (sandbox) return <SandboxAccountView key={sandbox.account_id} sandbox={sandbox} />;
  if (sandboxes.length === 0) {
    return (
      <EmptyNote
        icon={IconClockPlay}
        title="No sandbox accounts"
        description="Register an account to try plans with, then make it a sandbox below."
      />
    );
  }
  return (
    <Text size="sm" c="dimmed">
      {account
        ? 'This is no sandbox account: its time is everybody’s and cannot be moved.'
        : 'Choose an account.'}
    </Text>
  );
}

export function AdminSandboxPage() {
  const query = useSandboxes();
  const navigate = route.useNavigate();
  const choose = (account: string) => void navigate({ search: { account } });
  return (
    <Page
      title="Sandbox clocks"
      lead="The time of a sandbox account can be moved: what falls due on the way happens as it would."
    >
      <QueryState query={query} skeleton={<CardSkeleton height={240} />}>
        {(sandboxes) => (
          <Stack gap="lg">
            <Chosen sandboxes={sandboxes} />
            <Section id="sandboxes" title="Sandbox accounts">
              <Stack>
                <SandboxList sandboxes={sandboxes} />
                <MakeSandbox onMade={choose} />
              </Stack>
            </Section>
          </Stack>
        )}
      </QueryState>
    </Page>
  );
}
