import { Avatar, Group, Menu, Text, UnstyledButton } from '@mantine/core';
import { IconLogout, IconSettings } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { meQuery, useMe } from '../api/account.ts';
import { useSignOut } from '../api/auth.ts';
import { failed } from '../notices.ts';
import { ColorSchemeItem } from './color-scheme.tsx';

function useLeave() {
  const signOut = useSignOut();
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  return () =>
    signOut.mutate(undefined, {
      onSuccess: async () => {
        // Marked before it is dropped: the browser's back button may be faster than the way to the login.
        await queryClient.invalidateQueries({ queryKey: meQuery.queryKey, refetchType: 'none' });
        await navigate({ to: '/login' });
        queryClient.clear();
      },
      onError: (error) => failed('You are still signed in', error),
    });
}

export function AccountMenu() {
  const me = useMe();
  const navigate = useNavigate();
  const leave = useLeave();
  return (
    <Menu position="bottom-end" width={230} withinPortal>
      <Menu.Target>
        <UnstyledButton aria-label={`Account: ${me.email}`} bdrs="xl">
          <Avatar size={34} color="petrol" name={me.name || me.email} alt="" />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Group px="sm" py="xs">
          <Text size="sm" fw={550} truncate>
            {me.email}
          </Text>
        </Group>
        <Menu.Divider />
        <ColorSchemeItem />
        <Menu.Item
          leftSection={<IconSettings size={16} aria-hidden />}
          onClick={() => void navigate({ to: '/settings' })}
        >
          Settings
        </Menu.Item>
        <Menu.Item leftSection={<IconLogout size={16} aria-hidden />} onClick={leave}>
          Sign out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
