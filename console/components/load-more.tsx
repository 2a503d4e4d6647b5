import { Button, Center, Stack } from '@mantine/core';
import { ErrorPanel } from './error-panel.tsx';

export interface PagedLike {
  hasNextPage: boolean;
  isFetchingNextPage: boolean;
  isFetchNextPageError: boolean;
  error: Error | null;
  fetchNextPage: () => Promise<unknown>;
}

export function LoadMore({ query }: { query: PagedLike }) {
  if (!query.hasNextPage) return null;
  const next = () => void query.fetchNextPage();
  return (
    <Stack mt="md">
      {query.isFetchNextPageError ? (
        <ErrorPanel error={query.error} title="The next page could not be loaded" onRetry={next} />
      ) : (
        <Center>
          <Button variant="default" loading={query.isFetchingNextPage} onClick={next}>
            Show more
          </Button>
        </Center>
      )}
    </Stack>
  );
}
