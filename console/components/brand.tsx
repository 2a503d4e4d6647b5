import { Group, Text } from '@mantine/core';
import mark from '../brand.svg';

export function BrandMark({ size = 28 }: { size?: number }) {
  return <img src={mark} width={size} height={size} alt="Tollgate" />;
}

export function Brand() {
  return (
    <Group gap="xs" wrap="nowrap">
      <img src={mark} width={28} height={28} alt="" />
      <Text component="span" fw={660} fz="lg" lts="-0.01em">
        Tollgate
      </Text>
    </Group>
  );
}
