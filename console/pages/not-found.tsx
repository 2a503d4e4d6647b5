import { IconMapQuestion } from '@tabler/icons-react';
import { EmptyNote } from '../components/empty-note.tsx';
import { ButtonLink } from '../components/links.tsx';
import { Page } from '../components/page.tsx';

export function NothingHere({ title, hint }: { title: string; hint: string }) {
  return (
    <Page title={title}>
      <EmptyNote
        icon={IconMapQuestion}
        title="Nothing to see at this address"
        description={hint}
        action={<ButtonLink to="/">Back to the overview</ButtonLink>}
      />
    </Page>
  );
}

export function NotFoundPage() {
  return <NothingHere title="Page not found" hint="The link may be old, or a part of it is missing." />;
}
