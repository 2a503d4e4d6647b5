import { Card, Skeleton, Stack, VisuallyHidden } from '@mantine/core';

const keys = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];

function Loading() {
  return <VisuallyHidden role="status">Loading</VisuallyHidden>;
}

export function RowsSkeleton({ rows = 5 }: { rows?: number }) {
  return (
    <Stack gap="sm" py="xs">
      <Loading />
      {keys.slice(0, rows).map((key) => (
        <Skeleton key={key} h={34} radius="md" />
      ))}
    </Stack>
  );
}

export function CardSkeleton({ height = 180 }: { height?: number }) {
  return (
    <Card>
      <Loading />
      <Skeleton h={14} w="30%" mb="md" />
      <Skeleton h={28} w="55%" mb="lg" />
      <Skeleton h={Math.max(height - 120, 20)} />
    </Card>
  );
}
